"use strict";var import_app=require("./app.cjs");(0,import_app.runPromote)();
