"""axe-core in a page: https://github.com/dequelabs/axe-core"""

from collections.abc import Collection

from playwright.sync_api import Page

from tests.conftest import ROOT

PROGRAM = ROOT / "frontend/node_modules/axe-core/axe.min.js"

# What is still fading in has less contrast than it will have.
FIND = """async (passed) => {
  const finite = document.getAnimations().filter(({ effect }) => effect.getComputedTiming().endTime !== Infinity)
  await Promise.allSettled(finite.map(({ finished }) => finished))
  const { violations } = await axe.run(document, { resultTypes: ['violations'], rules: passed })
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .flatMap(({ id, nodes }) => nodes.map(({ target, any }) => `${id}: ${target} ${any[0]?.message ?? ''}`))
}"""


def findings(page: Page, passed_over: Collection[str] = ()) -> list[str]:
    """What keeps people out of the page as it stands, serious or critical: `rule: selector message`.

    `passed_over`: rules that cannot judge this page.
    """
    if not page.evaluate("'axe' in window"):
        page.evaluate(PROGRAM.read_text("utf-8"))
    found: list[str] = page.evaluate(FIND, {rule: {"enabled": False} for rule in passed_over})
    return found
