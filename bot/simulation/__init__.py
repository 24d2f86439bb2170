"""What another policy would have decided: simulation, shadow policy, equity report."""
