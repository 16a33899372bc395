"use strict";

// src/action/main.ts
var import_app = require("./app.cjs");
void (0, import_app.runMain)();
