/** When the recorder says that the shared picture stands still. */
import assert from "node:assert/strict";
import test from "node:test";

import { makeJudge } from "../../../blueprints/static/js/recorder/sight.js";

test("a picture that stands still while somebody works is reported, and no other", () => {
  const isStill = makeJudge(0);
  assert.equal(isStill(20_000, 0, 4), false, "who reads moves nothing");
  assert.equal(isStill(19_999, 0, 9), false, "a page may take its time");
  assert.equal(isStill(20_000, 0, 5), true);
  assert.equal(isStill(60_000, 0, 30), true, "as long as nothing moves");
});

test("whatever moves begins the time and the count anew", () => {
  const isStill = makeJudge(0);
  assert.equal(isStill(30_000, 1, 40), false);
  assert.equal(isStill(49_000, 1, 60), false);
  assert.equal(isStill(50_000, 1, 44), false);
  assert.equal(isStill(50_000, 1, 45), true);
  assert.equal(isStill(51_000, 2, 46), false);
});
