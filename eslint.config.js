// What ESLint checks in the pages' JavaScript; types are TypeScript's (tsconfig.json).
import js from "@eslint/js";
import globals from "globals";

// Data enters a page as text, never as markup: see bot/web/shared/dom.js.
const MARKUP = ["innerHTML", "outerHTML", "insertAdjacentHTML"];

export default [
  js.configs.recommended,
  {
    linterOptions: { reportUnusedDisableDirectives: "error" },
    rules: {
      "default-case-last": "error",
      "eqeqeq": "error",
      "no-alert": "error",
      "no-console": ["error", { allow: ["warn"] }],
      "no-duplicate-imports": "error",
      "no-eval": "error",
      "no-implicit-coercion": "error",
      "no-lonely-if": "error",
      "no-restricted-properties": ["error", ...MARKUP.map((property) => ({ property, message: "Build elements instead." }))],
      "no-self-compare": "error",
      "no-shadow": "error",
      "no-template-curly-in-string": "error",
      "no-throw-literal": "error",
      "no-unneeded-ternary": "error",
      "no-unused-expressions": ["error", { allowShortCircuit: true }],
      "no-use-before-define": ["error", { functions: false, classes: false, variables: false }],
      "no-useless-concat": "error",
      "no-useless-return": "error",
      "no-var": "error",
      "object-shorthand": "error",
      "prefer-const": "error",
      "prefer-object-spread": "error",
      "prefer-template": "error",
      "max-lines": ["error", { max: 300, skipBlankLines: true, skipComments: true }],
    },
  },
  {
    files: ["bot/web/**/*.js"],
    languageOptions: { ecmaVersion: 2023, globals: globals.browser },
  },
  { files: ["bot/web/widget.js"], languageOptions: { sourceType: "script" } },
  // A table of sentences is as long as it is.
  { files: ["bot/web/console/texts_*.js"], rules: { "max-lines": "off" } },
  { files: ["tests/**/*.js"], languageOptions: { globals: globals.node } },
];
