/** A worker of its own that keeps time; see `every`. */
onmessage = ({ data }) => setInterval(() => postMessage(null), data);
