"""Win shares and mean ranks from what `bench_search --suite` prints."""

from tables import Table

TRIALS = [20, 50, 100, 200]
OURS = "bayes"


def share(ours, theirs):
    """Of all pairs of searches, in how many the first is better; equal ones count half."""
    wins = sum((a < b) + (a == b) / 2 for a in ours for b in theirs)
    return wins / (len(ours) * len(theirs))


class Suite:
    """The rows of one lag: regrets by problem, method and trials."""

    def __init__(self, rows):
        self.cells = {(r["problem"], r["method"], r["trials"]): r["regrets"] for r in rows}
        self.problems = list(dict.fromkeys(r["problem"] for r in rows))
        self.methods = list(dict.fromkeys(r["method"] for r in rows))
        self.seeds = len(rows[0]["regrets"])

    def win_share(self, ours, theirs, trials):
        """The mean over the problems."""
        of = [share(self.cells[p, ours, trials], self.cells[p, theirs, trials]) for p in self.problems]
        return sum(of) / len(of)

    def mean_rank(self, method, trials):
        """1 + the other methods that are better, over all combinations of searches and problems."""
        return 1 + sum(1 - self.win_share(method, other, trials) for other in self.methods if other != method)

    def rows(self):
        return [
            [method]
            + ["-" if method == OURS or OURS not in self.methods else f"{self.win_share(OURS, method, n):.2f}" for n in TRIALS]
            + [f"{self.mean_rank(method, n):.2f}" for n in TRIALS]
            for method in self.methods
        ]

    def problem_rows(self):
        others = [m for m in self.methods if m != OURS]
        return [
            [problem] + [" ".join(f"{share(self.cells[problem, OURS, n], self.cells[problem, m, n]):.2f}" for n in TRIALS) for m in others]
            for problem in self.problems
        ]


def suite_tables(rows):
    """Of each lag the shares and ranks; of the last one the shares by problem."""
    tables = []
    lags = list(dict.fromkeys(r["lag"] for r in rows))
    for lag in lags:
        suite = Suite([r for r in rows if r["lag"] == lag])
        behind = "one trial after the other" if lag == 1 else f"results {lag} trials behind"
        head = ["method", *(f"wins at {n}" for n in TRIALS), *(f"rank at {n}" for n in TRIALS)]
        title = (f"Suite of {len(suite.problems)} problems, {suite.seeds} seeds, {behind}: in which share of pairs of "
                 f"searches {OURS} is better than the method, and the methods' mean ranks, after so many trials:")  # fmt: skip
        tables.append(Table(title, head, [0], suite.rows()))
    if OURS in suite.methods and len(suite.methods) > 1:
        head = ["problem", *(f"over {m}" for m in suite.methods if m != OURS)]
        title = f"Shares of {OURS} by problem, {behind}, after {', '.join(str(n) for n in TRIALS)} trials:"
        tables.append(Table(title, head, list(range(len(head))), suite.problem_rows()))
    return tables
