// Node's own types are not installed: beside the browser's they would change what setTimeout returns.
declare module "node:assert/strict";
declare module "node:test";
