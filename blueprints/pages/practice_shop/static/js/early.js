// Runs before the first paint: what works only with scripts is styled by this class.
document.documentElement.classList.add("js");
