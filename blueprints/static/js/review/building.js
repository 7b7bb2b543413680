// While a version is being built the page looks again every few seconds.
const LOOK_AGAIN_MS = 4000;

setTimeout(() => location.reload(), LOOK_AGAIN_MS);
