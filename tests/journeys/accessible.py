"""What axe finds on a page, at the two widths that pages are made for."""

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

WIDTHS = (1280, 390)


def offences(page: Page) -> list[str]:
    """Each rule that is broken with where, and a page that has to be scrolled sideways; empty when all is well."""
    page.wait_for_load_state()  # a page that a click led to may not have a body yet
    # A colour on its way to another one is neither. Who asks for less motion gets it at once.
    page.emulate_media(reduced_motion="reduce")
    found, size = [], page.viewport_size
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        if page.evaluate("document.documentElement.scrollWidth") > width:
            found.append(f"{page.url} at {width}: wider than the window")
        page.evaluate("for (const one of document.getAnimations()) try { one.finish() } catch { one.cancel() }")
        for broken in Axe().run(page).response["violations"]:
            found.append(f"{page.url} at {width}: {broken['id']} {[node['target'] for node in broken['nodes']]}")
    page.emulate_media(reduced_motion="no-preference")
    if size is not None:
        page.set_viewport_size(size)
    return found
