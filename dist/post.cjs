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

// src/cleanup/state.ts
var stateKeys = { bake: "bake", swept: "swept" };
function savedState(env) {
  const text = env[`STATE_${stateKeys.bake}`];
  return text ? JSON.parse(text) : void 0;
}
function alreadySwept(env) {
  return env[`STATE_${stateKeys.swept}`] === "true";
}

// src/post.ts
var state = savedState(process.env);
if (!state) {
  console.log("Nothing was made, so there is nothing to remove.");
} else if (alreadySwept(process.env)) {
  console.log("The bake cleaned up at its end: there is nothing to remove.");
} else {
  void import("./app.cjs").then(({ runPost }) => runPost(state));
}
