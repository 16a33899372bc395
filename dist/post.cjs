"use strict";
var __create = Object.create;
var __defProp = Object.defineProperty;
var __getOwnPropDesc = Object.getOwnPropertyDescriptor;
var __getOwnPropNames = Object.getOwnPropertyNames;
var __getProtoOf = Object.getPrototypeOf;
var __hasOwnProp = Object.prototype.hasOwnProperty;
var __copyProps = (to, from, except, desc) => {
  if (from && typeof from === "object" || typeof from === "function") {
    for (let key of __getOwnPropNames(from))
      if (!__hasOwnProp.call(to, key) && key !== except)
        __defProp(to, key, { get: () => from[key], enumerable: !(desc = __getOwnPropDesc(from, key)) || desc.enumerable });
  }
  return to;
};
var __toESM = (mod, isNodeMode, target) => (target = mod != null ? __create(__getProtoOf(mod)) : {}, __copyProps(
  // If the importer is in node compatibility mode or this is not an ESM
  // file that has been converted to a CommonJS file using a Babel-
  // compatible transform (i.e. "__esModule" has not been set), then set
  // "default" to the CommonJS "module.exports" for node compatibility.
  isNodeMode || !mod || !mod.__esModule ? __defProp(target, "default", { value: mod, enumerable: true }) : target,
  mod
));

// src/lib/errors.ts
var UserError = class extends Error {
  name = "UserError";
  id;
  constructor(message, { id, ...options } = {}) {
    super(message, options);
    if (id !== void 0) this.id = id;
  }
};

// src/lib/processes.ts
function isIdentity(value) {
  if (typeof value !== "object" || value === null || !("pid" in value) || !("startTime" in value)) return false;
  const { pid, startTime } = value;
  const hasMark = !("mark" in value) || typeof value.mark === "string" && /^[0-9a-f]{16}$/.test(value.mark);
  return Number.isSafeInteger(pid) && Number(pid) > 1 && typeof startTime === "string" && startTime !== "" && hasMark;
}

// src/ledger/state.ts
var stateKeys = { bake: "bake", swept: "swept" };
function savedState(env) {
  const text = env[`STATE_${stateKeys.bake}`];
  if (!text) return void 0;
  const value = parsed(text);
  const fits = Object.entries(forms).every(([name, form]) => form.test(String(value[name]))) && mayBeRemoved(value["temporaryFolder"]);
  if (!fits || !isIdentity(value["main"]) || Number.isNaN(Date.parse(String(value["began"])))) {
    throw new UserError(
      "The state of the bake is damaged, so that this step cannot clean up. The resources of the bake carry the tag bake-jenkins-ami:bake: look for them in the account, or run the sweep action when they have expired."
    );
  }
  return value;
}
var forms = {
  bakeId: /^[0-9a-f]{12}$/,
  region: /^[a-z0-9-]{1,30}$/,
  folder: /^\//
};
function mayBeRemoved(folder) {
  return folder === void 0 || typeof folder === "string" && /^\/tmp\/bake-jenkins-ami-[0-9a-f]{12}$/.test(folder);
}
function parsed(text) {
  try {
    const value = JSON.parse(text);
    return typeof value === "object" && value !== null ? { ...value } : {};
  } catch {
    return {};
  }
}
function alreadySwept(env) {
  return env[`STATE_${stateKeys.swept}`] === "true";
}

// src/action/post.ts
try {
  const state = savedState(process.env);
  if (!state) {
    console.log("Nothing was made, so there is nothing to remove.");
  } else if (alreadySwept(process.env)) {
    console.log("The bake cleaned up at its end: there is nothing to remove.");
  } else {
    void import("./app.cjs").then(({ runPost }) => runPost(state));
  }
} catch (error) {
  console.log(`::error::${(error instanceof Error ? error.message : String(error)).replace(/\s+/g, " ")}`);
  process.exitCode = 1;
}
