"""axe-core in a page: https://github.com/dequelabs/axe-core"""

from playwright.sync_api import Page

from tests.conftest import ROOT

PROGRAM = ROOT / "frontend/node_modules/axe-core/axe.min.js"

FIND = """async () => {
  const { violations } = await axe.run(document, { resultTypes: ['violations'] })
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .flatMap(({ id, nodes }) => nodes.map(({ target, any }) => `${id}: ${target} ${any[0]?.message ?? ''}`))
}"""


def findings(page: Page) -> list[str]:
    """What keeps people out of the page as it stands, serious or critical: `rule: selector message`."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(PROGRAM.read_text("utf-8"))
    found: list[str] = page.evaluate(FIND)
    return found
