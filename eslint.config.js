import js from "@eslint/js";
import globals from "globals";

export default [
  { ignores: ["node_modules/", "staticfiles/", ".venv/", ".data/"] },
  js.configs.recommended,
  {
    languageOptions: { ecmaVersion: 2024, sourceType: "module" },
    linterOptions: { reportUnusedDisableDirectives: "error" },
    rules: {
      eqeqeq: "error",
      "no-console": "error",
      "no-implied-eval": "error",
      "no-var": "error",
      "prefer-const": "error",
    },
  },
  {
    files: ["static/js/**/*.js"],
    languageOptions: { globals: { ...globals.browser, htmx: "readonly" } },
  },
  {
    files: ["tests/js/**/*.js", "tests/faults/**/*.js"],
    languageOptions: { globals: globals.node },
    rules: { "no-console": "off" },
  },
];
