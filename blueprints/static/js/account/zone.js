// The settings page: whoever has not chosen a zone yet begins with their browser's.
const zone = document.querySelector("select[data-own-zone]");
const own = Intl.DateTimeFormat().resolvedOptions().timeZone;

if (zone?.value === "UTC" && [...zone.options].some((option) => option.value === own)) zone.value = own;
