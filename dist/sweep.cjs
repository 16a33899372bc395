"use strict";

// src/action/sweep.ts
var import_app = require("./app.cjs");
void (0, import_app.runSweep)();
