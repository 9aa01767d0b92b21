"""Numbers to texts, and texts to tables."""

from typing import NamedTuple

BEGIN, END = "<!-- bench:begin -->", "<!-- bench:end -->"


def ratio(numerator, denominator):
    return f"{numerator / denominator:.2f}" if numerator and denominator else "-"


def thousands(speed):
    if not speed:
        return "-"
    return f"{speed / 1e6:.2f} M" if speed >= 1e6 else f"{speed / 1e3:.1f} k"


class Table(NamedTuple):
    title: str
    head: list
    left: list  # the columns that are aligned to the left
    rows: list

    def layout(self):
        lines = [self.head, *self.rows]
        widths = [max(len(line[i]) for line in lines) for i in range(len(self.head))]

        def aligned(i, cell):
            return cell.ljust(widths[i]) if i in self.left else cell.rjust(widths[i])

        return ["  ".join(aligned(i, cell) for i, cell in enumerate(line)).rstrip() for line in lines]

    def markdown(self):
        rule = [":--" if i in self.left else "--:" for i in range(len(self.head))]
        return ["| " + " | ".join(line) + " |" for line in [self.head, rule, *self.rows]]


def put_between_marks(file, lines, marks=(BEGIN, END)):
    """Puts lines of text into a file, in place of what lies between the marks. A file that is not
    there begins as these two. False where it is there and has them not: it stays as it is then."""
    begin, end = marks
    text = file.read_text(encoding="utf-8") if file.exists() else f"{begin}\n{end}\n"
    if begin not in text or end not in text:
        return False
    before, _, rest = text.partition(begin)
    file.write_text("\n".join([before + begin, *lines, end + rest.partition(end)[2]]), encoding="utf-8")
    return True
