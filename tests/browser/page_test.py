#!/usr/bin/env python3
"""The page in a real browser: no errors, no requests, working filters, hostile names shown as text.

page_test.py PROGRAM [--screenshots FOLDER]. Exits with 77 if Chromium or ChromeDriver is missing.
"""
import json
import os
import pathlib
import sqlite3
import subprocess
import sys
import tempfile
import unittest

import sweeps
import webdriver

PROGRAM = None
SCREENSHOTS = None

ROWS = "document.querySelectorAll('#table tbody tr').length"
VISIBLE = "[...document.querySelectorAll('.panel')].filter(p => !p.hidden).map(p => p.id)"


class PageTest(unittest.TestCase):
    def setUp(self):
        self.temporary = tempfile.TemporaryDirectory()
        self.folder = self.temporary.name
        self.addCleanup(self.temporary.cleanup)

    def open(self, browser, path):
        browser.open(pathlib.Path(path).as_uri())
        browser.wait("document.querySelector('footer')")
        browser.requests()  # forget the request for the page itself

    def assert_quiet(self, browser):
        self.assertEqual(browser.complaints(), [])
        self.assertEqual(browser.requests(), [])

    def picture(self, browser, name):
        if SCREENSHOTS:
            browser.screenshot(os.path.join(SCREENSHOTS, name))

    def test_a_page_draws_its_panels_without_an_error_or_a_request(self):
        sweeps.train(PROGRAM, self.folder, method="coarse_to_fine", trials=40)
        with webdriver.Browser() as browser:
            self.open(browser, sweeps.write_page(PROGRAM, self.folder))
            shown = browser.run(f"return {VISIBLE}")
            for panel in ("figures", "best", "history", "parallel", "slices", "map", "curves", "stages", "timeline", "table", "yaml"):
                self.assertIn(panel, shown)
            # Something is painted on each canvas.
            blank = browser.run("""
                return [...document.querySelectorAll('.panel:not([hidden]) canvas')].filter((canvas) => {
                  const pixels = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data;
                  return pixels.every((x) => x === 0);
                }).length;""")
            self.assertEqual(blank, 0)
            self.picture(browser, "light.png")
            browser.dark()
            browser.size(390, 844)
            browser.wait("document.querySelector('main').clientWidth <= 390")
            overflow = browser.run("return document.documentElement.scrollWidth - document.documentElement.clientWidth")
            self.assertLessEqual(overflow, 0, "a phone must not scroll sideways")
            self.picture(browser, "phone.png")
            self.assert_quiet(browser)

    def test_the_winner_stands_beside_simpler_answers(self):
        cells = "[...document.querySelectorAll('#baselines table:first-of-type tbody tr')].map((row) => [...row.children].map((c) => c.textContent))"
        for target, panel, missing in (("price", "predicted", "calibration"), ("kind", "calibration", "predicted")):
            sweeps.train_table(PROGRAM, self.folder, target)
            with webdriver.Browser() as browser:
                self.open(browser, sweeps.write_page(PROGRAM, self.folder, "--sweep", target))
                shown = browser.run(f"return {VISIBLE}")
                for name in ("baselines", "depends", panel):
                    self.assertIn(name, shown)
                self.assertNotIn(missing, shown)
                known = json.loads(subprocess.run([PROGRAM, "report", "--json", "--sweep", target], cwd=self.folder, check=True,
                                                  stdout=subprocess.PIPE).stdout)["explanation"]
                rows = {row[0]: row[1:] for row in browser.run(f"return {cells}")}
                metric = {"price": "rmse", "kind": "accuracy"}[target]
                for cell, answer in zip(rows[metric], ("network", "linear", "trivial")):
                    self.assertAlmostEqual(float(cell), known["baselines"][0][answer][metric], delta=1e-3 * abs(float(cell)))
                names = browser.run("return [...document.querySelectorAll('#depends .name')].map((e) => e.textContent)")
                self.assertEqual(names, [c["column"] for c in known["columns"]["columns"]])
                self.assertEqual(names[0], "area")
                # The bar of the column that decides begins at 0 and is the longest; its spread lies around its end.
                ends = browser.run("""
                    return [...document.querySelectorAll('#depends .track')].map((track) => {
                      const [bar, spread] = [track.querySelector('i'), track.querySelector('b')].map((e) => e.getBoundingClientRect());
                      return [bar.width, bar.right >= spread.left - 1 && bar.right <= spread.right + 1];
                    });""")
                self.assertEqual(max(ends)[0], ends[0][0])
                self.assertTrue(ends[0][1])
                series = browser.run(f"return document.querySelector('#{panel} .chart').chart.getOption().series.map((s) => s.data.length)")
                points = known["pairs"][0]["pairs"] if target == "price" else known["reliability"]["bins"]
                self.assertEqual(series[-1], len(points))
                browser.run("document.getElementById('baselines').scrollIntoView()")
                self.picture(browser, f"explained-{target}.png")
                browser.dark()
                browser.size(390, 844)
                browser.wait("document.querySelector('main').clientWidth <= 390")
                self.assertLessEqual(browser.run("return document.documentElement.scrollWidth - document.documentElement.clientWidth"), 0)
                self.assert_quiet(browser)

    def test_trials_in_folds_are_shown_by_their_means(self):
        sweeps.train_folds(PROGRAM, self.folder)
        with sqlite3.connect(os.path.join(self.folder, "hpsearch.db")) as db:
            best = db.execute("SELECT trial FROM best_trials").fetchone()[0]
            losses = [row[0] for row in db.execute(
                "SELECT avg(val_loss) FROM epochs JOIN trials USING(trial_id) WHERE number = ? GROUP BY epoch ORDER BY epoch", (best,))]
            at_best = db.execute(
                "SELECT avg(e.val_loss), t.value FROM trials t JOIN replicates r USING(trial_id) JOIN epochs e ON e.trial_id = t.trial_id "
                "AND e.replicate = r.replicate AND e.epoch = r.best_epoch WHERE t.number = ?", (best,)).fetchone()
        with webdriver.Browser() as browser:
            self.open(browser, sweeps.write_page(PROGRAM, self.folder))
            self.assertIn("gap", browser.run(f"return {VISIBLE}"))
            curve = browser.run("const m = hps.model; return m.curves.curves.find((c) => c.t === m.winner.index).s[m.curves.series.indexOf('val_loss')]")
            for drawn, mean in zip(curve, losses, strict=True):
                self.assertAlmostEqual(drawn, mean, delta=1e-3 * mean)
            self.assertAlmostEqual(browser.run("return hps.model.winner.valLoss"), at_best[0], delta=1e-3 * at_best[0])
            self.assertIn("Each curve is the mean over the 3 folds of its trial.", browser.run("return document.querySelector('#curves .note').textContent"))
            browser.run("hps.focus(hps.model.winner)")
            drawer = browser.run("return document.querySelector('.drawer').textContent")
            self.assertIn(", mean of 3 folds", drawer)
            self.assertIn("24 of 24, in 3 folds", drawer)
            self.picture(browser, "folds.png")
            self.assert_quiet(browser)

    def test_brushing_an_axis_filters_the_table(self):
        sweeps.train(PROGRAM, self.folder)
        with webdriver.Browser() as browser:
            self.open(browser, sweeps.write_page(PROGRAM, self.folder))
            self.assertEqual(browser.run(f"return {ROWS}"), 24)
            axis = browser.run("""
                document.getElementById('parallel').scrollIntoView();
                const box = document.querySelector('#parallel .chart');
                const at = box.getBoundingClientRect();
                const system = box.chart.getModel().getComponent('parallel').coordinateSystem;
                const dim = `dim${hps.model.parameters.findIndex((p) => p.name === 'learning_rate')}`;
                const {position} = system.getAxisLayout(dim);
                return {x: at.left + position[0], bottom: at.top + position[1], length: system.getAxis(dim).getExtent()[1]};""")
            middle = axis["bottom"] - axis["length"] / 2
            top = axis["bottom"] - axis["length"]
            browser.drag(axis["x"], middle, axis["x"], top + 2)
            browser.wait(f"{ROWS} < 24")
            rates = browser.run("return hps.model.trials.filter((t) => hps.active[t.index]).map((t) => t.params[hps.model.parameters.findIndex((p) => p.name === 'learning_rate')])")
            everything = browser.run("return hps.model.trials.filter((t) => !Number.isNaN(t.value)).map((t) => t.params[hps.model.parameters.findIndex((p) => p.name === 'learning_rate')])")
            # The upper half of 1e-3 to 10 on a log scale, within a pixel.
            self.assertEqual(len(rates), browser.run(f"return {ROWS}"))
            self.assertGreater(min(rates), 0.1 / 1.1)
            self.assertEqual(len(rates), len([r for r in everything if min(rates) <= r <= max(rates)]))
            browser.run("hps.clearAll()")
            browser.wait(f"{ROWS} === 24")
            self.assert_quiet(browser)

    def test_a_filter_holds_in_every_panel_that_shows_trials(self):
        sweeps.train(PROGRAM, self.folder, method="coarse_to_fine", trials=40)
        with sqlite3.connect(pathlib.Path(self.folder) / "hpsearch.db") as db:
            db.execute("UPDATE trials SET state = 'failed', value = NULL, score = NULL, reason = 'by hand' WHERE number % 10 = 1")
        # The trials that each panel shows; the charts keep the others as pale points without a tooltip.
        panels = """
            const drawn = (id) => new Set(document.querySelectorAll(`#${id} .chart`)[0].chart.getOption().series
              .flatMap((s) => s.data).map((d) => d?.trial).filter((t) => t !== undefined));
            const numbers = (id) => [...drawn(id)].map((i) => hps.model.trials[i].number);
            const kept = (t) => hps.active[t.index];
            const timeline = document.querySelector('#timeline .chart').chart.getOption().series[0].data;
            const line = document.querySelector('#history .chart').chart.getOption().series.find((s) => s.type === 'line');
            return {
              kept: hps.model.trials.filter(kept).map((t) => t.number),
              history: numbers('history'), slices: numbers('slices'), gap: numbers('gap'), map: numbers('map'),
              line: line.data.filter((d) => d[1] !== null).map((d) => d[0]),
              timeline: timeline.filter((d) => d.value[3] === 1).map((d) => hps.model.trials[d.trial].number),
              table: [...document.querySelectorAll('#table tbody tr')].map((row) => Number(row.firstChild.textContent)),
              states: [...document.querySelectorAll('#states button')].map((b) => Number(b.textContent)),
              dots: document.querySelectorAll('#stages .track b').length,
              expected: hps.model.stages.filter((s) => s.begun).reduce((sum, s) => sum + hps.model.trials.filter(
                (t) => kept(t) && t.stage === s.stage && !Number.isNaN(t.quality)).length, 0) * hps.model.parameters.filter((p) => p.numeric).length,
            };"""
        with webdriver.Browser() as browser:
            self.open(browser, sweeps.write_page(PROGRAM, self.folder))
            everything = browser.run(panels)
            winner = browser.run("return hps.model.winner.number")
            browser.run(f"hps.filter('parallel', (t) => t.number % 3 === {(winner + 1) % 3})")
            browser.wait(f"{ROWS} < {len(everything['table'])}")
            filtered = browser.run(panels)
            kept = set(filtered["kept"])
            self.assertNotIn(winner, kept)
            for panel in ("history", "slices", "gap", "map", "line", "timeline", "table", "states"):
                self.assertGreater(len(filtered[panel]), 0, panel)
                self.assertEqual(set(filtered[panel]), kept & set(everything[panel]), panel)
            self.assertEqual(filtered["dots"], filtered["expected"])
            self.assertLess(filtered["dots"], everything["dots"])
            self.assert_quiet(browser)

    def test_the_table_is_filtered_by_words_and_comparisons_and_sorted_by_columns(self):
        sweeps.train(PROGRAM, self.folder)
        with webdriver.Browser() as browser:
            self.open(browser, sweeps.write_page(PROGRAM, self.folder))
            expected = browser.run("return hps.model.trials.filter((t) => t.params[2] < 0.1 && hps.model.parameters[0].choices[t.params[0]] === 'relu').length")
            browser.run("""
                const box = document.querySelector('#table input');
                box.value = 'learning_rate < 0.1 relu';
                box.dispatchEvent(new Event('input'));""")
            browser.wait(f"{ROWS} === {expected}")
            self.assertGreater(expected, 0)
            browser.run("[...document.querySelectorAll('#table th button')].find((b) => b.textContent === 'learning_rate').click()")
            browser.wait("document.querySelector('#table th[aria-sort=ascending]').textContent === 'learning_rate'")
            column = browser.run("return [...document.querySelectorAll('#table tbody tr')].map((row) => Number(row.lastChild.textContent))")
            self.assertEqual(column, sorted(column))
            self.assert_quiet(browser)

    def test_names_from_users_are_texts_and_never_markup(self):
        sweeps.train(PROGRAM, self.folder)
        sweeps.make_hostile(self.folder)
        with webdriver.Browser() as browser:
            self.open(browser, sweeps.write_page(PROGRAM, self.folder, "--sweep", sweeps.HOSTILE))
            self.assertEqual(browser.run("return document.querySelector('h1').textContent"), sweeps.HOSTILE)
            self.assertIsNone(browser.run("return window.hit ?? null"))
            injected = "[...document.querySelectorAll('b')].filter((b) => b.textContent === 'bold').length + document.querySelectorAll('img[src=x]').length"
            self.assertEqual(browser.run(f"return {injected}"), 0)
            self.assertIn("img src", browser.run("return document.getElementById('states').textContent"))
            browser.run("hps.focus(hps.model.winner)")
            browser.wait("document.querySelector('.drawer table')")
            self.assert_quiet(browser)

    def test_pages_stay_small(self):
        sweeps.train(PROGRAM, self.folder, trials=1, epochs=1)
        for trials, epochs, most in ((200, 50, 1_500_000), (10_000, 50, 5_000_000)):
            sweeps.make_large(self.folder, trials, epochs)
            page = sweeps.write_page(PROGRAM, self.folder)
            self.assertLess(page.stat().st_size, most, f"{trials} trials")
        with webdriver.Browser() as browser:
            self.open(browser, page)
            self.assertEqual(browser.run("return hps.model.trials.length"), 10_000)
            self.picture(browser, "large.png")
            self.assert_quiet(browser)

    def test_a_served_page_follows_the_database(self):
        sweeps.train(PROGRAM, self.folder, trials=6)
        with subprocess.Popen([PROGRAM, "serve", "--port", "0"], cwd=self.folder, stdout=subprocess.PIPE, text=True) as server:
            try:
                address = server.stdout.readline().strip()
                with webdriver.Browser() as browser:
                    browser.open(address)
                    browser.wait(f"{ROWS} === 6")
                    sweeps.train(PROGRAM, self.folder, trials=9)
                    browser.wait(f"{ROWS} === 9")
                    sweeps.train(PROGRAM, self.folder, name="other", method="grid", trials=5)
                    browser.wait("document.querySelector('.controls select')")
                    browser.wait("document.querySelectorAll('.controls select').length === 2")
                    browser.run("""
                        const others = document.querySelectorAll('.controls select')[1];
                        others.value = others.options[1].value;
                        others.dispatchEvent(new Event('change'));""")
                    browser.wait("document.querySelector('#comparison pre')?.textContent.includes('Mann-Whitney')")
                    self.assertEqual(browser.complaints(), [])
                    self.assertEqual([url for url in browser.requests() if not url.startswith(address)], [])
                    self.picture(browser, "served.png")
            finally:
                server.terminate()
        self.assertEqual(server.returncode, 0)


if __name__ == "__main__":
    PROGRAM = os.path.abspath(sys.argv.pop(1))
    if "--screenshots" in sys.argv:
        at = sys.argv.index("--screenshots")
        SCREENSHOTS = os.path.abspath(sys.argv[at + 1])
        del sys.argv[at:at + 2]
    if webdriver.missing():
        print(f"skipped: not installed: {', '.join(webdriver.missing())}")
        sys.exit(77)
    unittest.main(verbosity=2)
