"""
Times diffusers' ensemble_depth on ten maps of 768x576 and evaluates the cost of what it found in float64.

python test/reference/bench_ensemble.py [--out FILE.json] [--members FILE.safetensors] [--repeat N] [--threads N]
--members also writes the maps, so that the other side of the bench aligns the same numbers.
"""

import argparse
import json
import time
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import save_file

from ensembles import cost_and_gradient, finish, initial, reference_solution
from synthetic import ensemble_members


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--out", default="-")
    parser.add_argument("--members")
    parser.add_argument("--count", type=int, default=10)
    parser.add_argument("--width", type=int, default=768)
    parser.add_argument("--height", type=int, default=576)
    parser.add_argument("--reduction", choices=["median", "mean"], default="median")
    parser.add_argument("--repeat", type=int, default=1)
    parser.add_argument("--threads", type=int, default=torch.get_num_threads())
    o = parser.parse_args()
    torch.set_num_threads(o.threads)
    members = ensemble_members(o.count, o.height, o.width, seed=2024)
    if o.members:
        save_file({"members": torch.from_numpy(members)}, o.members)

    seconds = []
    for _ in range(o.repeat):
        start = time.perf_counter()
        depth, _, parameters = reference_solution(members, reduction=o.reduction)
        seconds.append(time.perf_counter() - start)

    d32 = members.reshape(o.count, -1)
    d = d32.astype(np.float64)
    x0 = initial(d32, True)
    cost = lambda x: cost_and_gradient(x, d, o.reduction, 0.02, True)[0]
    ours = finish(members, parameters, o.reduction, True)
    report = {
        "maps": list(members.shape),
        "reduction": o.reduction,
        "threads": o.threads,
        "torch": torch.__version__,
        "seconds": seconds,
        "best_seconds": min(seconds),
        "cost": cost(parameters),
        "cost_initial": cost(x0),
        "parameters": parameters.tolist(),
        "parameters_initial": x0.tolist(),
        "depth_range_check_max_abs": float(np.abs(depth.numpy()[0, 0] - ours[0, 0]).max()),
    }
    text = json.dumps(report, indent=1)
    print(text) if o.out == "-" else Path(o.out).write_text(text + "\n")


if __name__ == "__main__":
    main()
