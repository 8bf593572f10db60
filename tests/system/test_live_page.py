"""The script of live pages in a browser: on a page of aggregate, under its policy, with what a live page holds put in."""
import datetime
import json
import os
import re
import time
import unittest

from browser import CHROMIUM, Browser
from wot import BIN, Wot, now, wait_until

# As the templates of live pages have it.
PAGE = """
<main id="inhoud" data-stroom="/live" data-periode="today">
<div class="boven"><h1>Nu</h1><p class="stand"><span role="status">Bijgewerkt toen</span></p></div>
<dl class="groot"><div><dt>Korte contacten</dt><dd class="cijfer" data-live="brief_contacts">oud</dd></div></dl>
<div data-deel="lijst"><ul><li><a href="/cijfers">een</a></li></ul></div>
</main>"""

# What becomes of a part is looked at for one that no page has: here the test says what the stream tells.
OWN_STREAM = """
const real = window.fetch, bytes = new TextEncoder();
window.fetch = (to, ...more) => to !== "/live" ? real(to, ...more) : Promise.resolve(new Response(new ReadableStream({
    start(told) {
        window.tell = text => told.enqueue(bytes.encode(text));
        setInterval(tell, 1000, ":\\n\\n");
    }
})))"""


@unittest.skipUnless(CHROMIUM, "there is no chromium")
class LivePage(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.wot = cls.enterClassContext(Wot())
        cls.wot.start()
        cls.count = 0

    def setUp(self):
        self.browser = self.enterContext(Browser({"Authorization": f"Bearer {self.wot.token('manager')}"}))

    def page_open(self, before=""):
        script = self.script_address()
        self.browser.open(self.wot.url("aggregate", "/hoe-wij-tellen"))
        self.browser.run(f"""(() => {{
            document.querySelector("main").outerHTML = {PAGE!r};
            {before};
            window.texts = [];
            new MutationObserver(() => texts.push(status().textContent)).observe(
                document.querySelector("[role=status]"), {{childList: true, characterData: true, subtree: true}});
            const script = document.createElement("script");
            script.src = {script!r};
            document.head.append(script);
        }})(); function status() {{ return document.querySelector("[role=status]"); }}""")
        self.browser.until("status().textContent.startsWith('Live. Bijgewerkt ')")

    def script_address(self):
        """It has the hash of its content, as all that pages name."""
        made = (BIN / "gen/web/pages.html.c").read_text()
        return re.search(r'"(/static/wot\.[0-9a-f]+\.js)"', made)[1]

    def contact(self, at=None):
        type(self).count += 1
        code, receipt = self.wot.post("desk", "/v1/brief-contacts", {
            "externalRef": f"page-{self.count}", "occurredAt": at or now(), "channel": "PHONE", "answer": "ADVICE"})
        self.assertEqual(code, 202, receipt)

    FIGURE = "document.querySelector('[data-live]').textContent"

    def shot(self, name):
        if folder := os.environ.get("WOT_SHOTS"):
            self.browser.shot(f"{folder}/{name}.png")

    def test_a_figure_follows_and_is_marked_for_a_while(self):
        self.page_open()
        before = int(self.browser.until(f"{self.FIGURE} !== 'oud' && {self.FIGURE}"))
        sent = time.monotonic()
        self.contact()
        self.browser.until(f"{self.FIGURE} === '{before + 1}'", seconds=5)
        self.assertLess(time.monotonic() - sent, 5)
        self.assertTrue(self.browser.run("!!document.querySelector('[data-live] .net')"))
        self.shot("net")
        self.browser.until("!document.querySelector('.net')")
        self.assertEqual(self.browser.run(self.FIGURE), str(before + 1))
        self.assertEqual(self.browser.run("texts.length"), 1, "the line is rewritten once a minute at most")
        self.assertEqual(self.browser.said, [], "nothing is refused by the policy, and nothing thrown")

    def test_what_follows_from_a_figure_comes_with_it_where_all_figures_stand(self):
        self.browser.open(self.wot.url("aggregate", "/cijfers"))
        self.browser.until("document.querySelector('[role=status]').textContent.startsWith('Live. ')")
        figure = "document.querySelector('[data-live=brief_contacts]').textContent"
        panel = "document.querySelector('[data-mee=maand]')?.textContent"
        before, drawn = self.browser.run(figure), self.browser.run(panel)
        self.contact()
        self.browser.until(f"{figure} !== {before!r} && {panel} !== {drawn!r}")
        self.assertTrue(self.browser.run("!!document.querySelector('[data-live=brief_contacts] .net')"))
        for asked in ("?periode=quarter", "?wijk=ZUID", "?definitie=2023", "?stand=2026-01-01"):
            self.browser.open(self.wot.url("aggregate", f"/cijfers{asked}"))
            self.assertRegex(self.browser.run("document.querySelector('.stand').textContent"), "^(Bijgewerkt|Zoals vastgelegd)", asked)
            self.assertFalse(self.browser.run("!!document.querySelector('[data-stroom]')"), asked)
        self.assertEqual(self.browser.said, [])

    def test_the_table_of_all_figures_renews_cell_by_cell_and_keeps_its_order(self):
        today = datetime.date.today()
        self.browser.open(self.wot.url("aggregate", "/cijfers"))
        self.browser.until("document.querySelector('[role=status]').textContent.startsWith('Live. ')")
        cell = "document.querySelector('[data-mee=\"brief_contacts-{}\"]').innerHTML"
        before, drawn = (self.browser.run(cell.format(name)) for name in ("toen", "vonk"))
        names = "[...document.querySelectorAll('.kpis tbody th a')].map(link => link.textContent).join()"
        order = self.browser.run(names)
        self.browser.run("document.querySelector('.kpis a[href*=brief_contacts]').focus()")
        for earlier in (datetime.date(today.year - 1, 1, 1), today - datetime.timedelta(days=92)):
            self.contact(f"{earlier}T10:00:00+01:00")
        self.wot.settle()
        self.contact()
        self.browser.until(f"{cell.format('toen')} !== {before!r} && {cell.format('vonk')} !== {drawn!r}")
        self.assertEqual(self.browser.run(names), order)
        self.assertIn("/cijfers/brief_contacts", self.browser.run("document.activeElement.href"))
        self.assertEqual(self.browser.said, [])

    def test_a_lost_connection_is_said_and_made_up_for_without_a_reload(self):
        self.page_open()
        before = int(self.browser.until(f"{self.FIGURE} !== 'oud' && {self.FIGURE}"))
        self.wot.kill("aggregate")
        stopped = time.monotonic()
        bar = self.browser.until("document.querySelector('.storing')?.textContent", seconds=10)
        self.assertGreater(time.monotonic() - stopped, 2)
        self.assertRegex(bar, r"^Geen verbinding\. U ziet de stand van \d{1,2}\.\d\d uur\. Wij proberen het elke 5 seconden opnieuw\.$")
        self.assertRegex(self.browser.run("status().textContent"), "^Niet live")
        self.shot("lost")
        self.assertEqual(self.browser.run(self.FIGURE), str(before))
        self.contact()
        self.wot.start("aggregate")
        self.browser.until(f"{self.FIGURE} === '{before + 1}' && !document.querySelector('.storing')", seconds=20)
        self.assertRegex(self.browser.run("status().textContent"), "^Live")

    def test_who_pauses_sees_nothing_change_until_he_goes_on(self):
        self.page_open()
        before = int(self.browser.until(f"{self.FIGURE} !== 'oud' && {self.FIGURE}"))
        self.browser.run("document.querySelector('button.pauze').click()")
        self.assertRegex(self.browser.run("status().textContent"), "^Gepauzeerd")
        self.contact()
        self.wot.settle()
        self.browser.run("new Promise(done => setTimeout(done, 2500))")
        self.assertEqual(self.browser.run(self.FIGURE), str(before))
        self.browser.run("document.querySelector('button.pauze').click()")
        self.browser.until(f"{self.FIGURE} === '{before + 1}'")
        self.assertRegex(self.browser.run("status().textContent"), "^Live")

    LIST = "document.querySelector('[data-deel] ul')"
    HELD = "document.querySelector('[data-deel] > p')"

    def list_change(self, *items):
        """The daemon says that the list changed; what it is now is served by the browser."""
        lines = "".join(f"<li><a href='/cijfers'>{item}</a></li>" for item in items)
        self.browser.served["deel=lijst"] = f"<ul>{lines}</ul>"
        self.browser.run("tell('event: deel\\ndata: lijst\\n\\n')")

    def test_a_list_is_fetched_and_waits_while_the_mouse_or_the_focus_is_in_it(self):
        self.page_open(OWN_STREAM)
        self.list_change("een", "twee")
        self.browser.until(f"{self.LIST}.textContent === 'eentwee'")
        self.browser.run(f"{self.LIST}.querySelector('a').focus()")
        self.list_change("drie", "vier", "een", "twee")
        self.browser.until(f"{self.HELD}?.textContent === '2 nieuwe. Toon'")
        self.shot("held")
        self.assertEqual(self.browser.run(f"{self.LIST}.textContent"), "eentwee")
        self.browser.run(f"{self.HELD}.querySelector('button').click()")
        self.assertEqual(self.browser.run(f"{self.LIST}.textContent"), "drieviereentwee")
        self.browser.run("document.activeElement.blur()")
        x, y = self.browser.run(f"(({{x, y}}) => [x + 5, y + 5])({self.LIST}.getBoundingClientRect())")
        self.browser.mouse_to(x, y)
        self.browser.until(f"{self.LIST}.matches(':hover')")
        self.list_change("vijf")
        self.browser.until(f"{self.HELD}?.textContent === '1 nieuwe. Toon'")
        self.browser.mouse_to(1, 1)
        self.browser.until(f"{self.LIST}.textContent === 'vijf' && !{self.HELD}")
        self.assertEqual(self.browser.said, [])

    def test_a_tab_that_is_hidden_reads_nothing(self):
        self.page_open()
        readers = lambda: [row["streams"] for row in json.loads(self.wot.ask("aggregate", "show stat json")) if row["name"] == "http"]
        self.browser.until(f"{self.FIGURE} !== 'oud'")
        self.assertEqual(readers(), [1])
        hidden = "Object.defineProperty(document, 'hidden', {{value: {}, configurable: true}}); document.dispatchEvent(new Event('visibilitychange'))"
        self.browser.run(hidden.format("true"))
        wait_until(lambda: readers() == [0])
        self.browser.run(hidden.format("false"))
        wait_until(lambda: readers() == [1])


if __name__ == "__main__":
    unittest.main()
