"""
How far MarigoldDepthPipeline.ensemble_depth is from itself: its outputs for members changed by at most half a unit in the
last place of float32. Its finite differences read rounding noise as gradients, so its shifts, and with them the result,
are reproducible only to this. No other implementation can be expected to be closer.
"""

import json

import numpy as np
import torch
from diffusers import MarigoldDepthPipeline
from safetensors.torch import load_file

from fixture_store import FIXTURES, write_json
from recorder import max_abs

RUNS = 16


def solve(members, shift, options):
    depth, uncertainty = MarigoldDepthPipeline.ensemble_depth(
        torch.from_numpy(members), True, shift, output_uncertainty=True, **options
    )
    return depth, uncertainty


def spread(members, shift, options):
    """Largest distance, of depth and of uncertainty, between the result and those of nearly equal members."""
    rng = np.random.default_rng(71)
    depth, uncertainty = solve(members, shift, options)
    apart = [0.0, 0.0]
    for _ in range(RUNS):
        nearly = (members * (1 + rng.uniform(-1, 1, members.shape) * 2.0**-24)).astype(np.float32)
        other = solve(nearly, shift, options)
        apart = [max(apart[0], max_abs(depth, other[0])), max(apart[1], max_abs(uncertainty, other[1]))]
    return {"depth": apart[0], "uncertainty": apart[1]}


def generate():
    rows = {}
    record = json.loads((FIXTURES / "ensemble/ensemble_depth.json").read_text())
    tensors = load_file(str(FIXTURES / "ensemble" / record["tensors"]))
    for case in record["cases"]:
        members = tensors[case["members"]].numpy()
        rows[f"ensemble_depth/{case['name']}"] = spread(members, case["shift_invariant"], case["options"])
    for path in sorted((FIXTURES / "pipelines").glob("ensemble-*.json")):
        record = json.loads(path.read_text())
        stored = load_file(str(path.with_name(record["tensors"])))
        if "trace.members" not in stored:
            continue
        members = stored["trace.members"].numpy()
        rows[f"pipelines/{path.stem}"] = spread(members, record["shift_invariant"], record["ensembling"])
    for name, apart in rows.items():
        print(f"{name:48s} depth {apart['depth']:.4f} uncertainty {apart['uncertainty']:.4f}", flush=True)
    write_json("ensemble/spread.json", {"runs": RUNS, "relative_change": 2.0**-24, "spread": rows})


if __name__ == "__main__":
    torch.set_num_threads(1)
    generate()
