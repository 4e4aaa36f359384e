"""Plot what a run logged. `python -m models.train.plot --run DIR… --out plot.png`"""

import argparse
import json
from pathlib import Path

import matplotlib

matplotlib.use("Agg")
from matplotlib import pyplot  # noqa: E402


def records(run):
    """The lines of a run's log.jsonl, in order."""
    return [json.loads(line) for line in (Path(run) / "log.jsonl").read_text().splitlines()]


def main():
    cli = argparse.ArgumentParser(description=__doc__)
    cli.add_argument("--run", type=Path, nargs="+", required=True)
    cli.add_argument("--out", required=True)
    cli.add_argument("--value", default="loss")
    args = cli.parse_args()
    for run in args.run:
        lines = records(run)
        pyplot.plot([line["seen"] for line in lines], [line[args.value] for line in lines], label=run.name)
    pyplot.xlabel("samples"), pyplot.ylabel(args.value), pyplot.yscale("log"), pyplot.legend()
    pyplot.savefig(args.out, dpi=120, bbox_inches="tight")


if __name__ == "__main__":
    main()
