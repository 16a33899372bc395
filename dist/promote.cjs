"use strict";

// src/action/promote.ts
var import_app = require("./app.cjs");
void (0, import_app.runPromote)();
