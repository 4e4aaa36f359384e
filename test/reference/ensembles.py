"""
MarigoldDepthPipeline.ensemble_depth on its own.

The reference minimises a float32 cost by finite differences of 1.5e-8, so its shifts move by rounding noise. Beside its
output each case has what the same objective gives without that noise: scipy's BFGS on a float64 cost with exact
gradients. `reference_vs_float64_max_abs` in the JSON says how far apart the two are: the floor for any tolerance.
"""

from functools import partial

import numpy as np
import scipy.optimize
import torch
from diffusers import MarigoldDepthPipeline

from fixture_store import write_case
from recorder import max_abs
from synthetic import ensemble_members


def reduce_members(aligned, reduction):
    """Value and, for every pixel, the weights of the members in it: one-hot for the lower median, 1/E for the mean."""
    count = len(aligned)
    if reduction == "mean":
        return aligned.mean(0), np.full(aligned.shape, 1 / count)
    order = np.argsort(aligned, axis=0, kind="stable")[(count - 1) // 2]
    weights = (np.arange(count)[:, None] == order[None]).astype(np.float64)
    return np.take_along_axis(aligned, order[None], 0)[0], weights


def cost_and_gradient(parameters, d, reduction, strength, shift):
    """cost = sum over pairs of RMSE + strength (|min P| + |1 - max P|), d as float64 [E, pixels]."""
    count, pixels = d.shape
    s, t = (parameters[:count], parameters[count:]) if shift else (parameters, np.zeros(count))
    a = d * s[:, None] + t[:, None]
    cost, ds, dt = 0.0, np.zeros(count), np.zeros(count)
    for i in range(count):
        for j in range(i + 1, count):
            diff = a[i] - a[j]
            rmse = np.sqrt(np.mean(diff**2))
            cost += rmse
            if rmse > 0:
                gs_i, gs_j = np.mean(diff * d[i]) / rmse, np.mean(diff * d[j]) / rmse
                gt = np.mean(diff) / rmse
                ds[i] += gs_i
                ds[j] -= gs_j
                dt[i] += gt
                dt[j] -= gt
    if strength > 0:
        p, weights = reduce_members(a, reduction)
        low, high = int(np.argmin(p)), int(np.argmax(p))
        cost += strength * (abs(p[low]) + abs(1 - p[high]))
        for pixel, sign in ((low, np.sign(p[low])), (high, -np.sign(1 - p[high]))):
            ds += strength * sign * weights[:, pixel] * d[:, pixel]
            dt += strength * sign * weights[:, pixel]
    return cost, np.concatenate([ds, dt]) if shift else ds


def initial(d, shift):
    """float32 as in the reference, then float64."""
    low, high = d.min(1), d.max(1)
    if not shift:
        return (np.float32(1) / np.maximum(high, np.float32(1e-6))).astype(np.float64)
    s = np.float32(1) / np.maximum(high - low, np.float32(1e-6))
    return np.concatenate([s, -s * low]).astype(np.float64)


def finish(members, parameters, reduction, shift):
    count = len(members)
    d = members.reshape(count, -1).astype(np.float64)
    s, t = (parameters[:count], parameters[count:]) if shift else (parameters, np.zeros(count))
    a = d * s[:, None] + t[:, None]
    p, _ = reduce_members(a, reduction)
    low = p.min() if shift else 0.0
    size = max(p.max() - low, 1e-6)
    return ((p - low) / size).reshape(1, *members.shape[1:])


def float64_solution(members, reduction="median", regularizer_strength=0.02, max_iter=2, tol=1e-3, max_res=1024, shift=True):
    small = torch.from_numpy(members)
    if max_res and max(small.shape[2:]) > max_res:
        from diffusers.pipelines.marigold.marigold_image_processing import MarigoldImageProcessor

        small = MarigoldImageProcessor.resize_to_max_edge(small, max_res, "nearest-exact")
    d32 = small.numpy().reshape(len(members), -1)
    x0 = initial(d32, shift)
    d = d32.astype(np.float64)
    objective = partial(cost_and_gradient, d=d, reduction=reduction, strength=regularizer_strength, shift=shift)
    found = scipy.optimize.minimize(
        objective, x0, jac=True, method="BFGS", tol=tol, options={"maxiter": max_iter, "disp": False}
    )
    return objective, x0, found


def reference_solution(members, shift=True, **kwargs):
    """diffusers' output, and the parameters that its minimiser returned (seen by wrapping scipy's function)."""
    seen, original = {}, scipy.optimize.minimize

    def minimize(*args, **options):
        seen["x"] = original(*args, **options)
        return seen["x"]

    scipy.optimize.minimize = minimize
    try:
        depth, uncertainty = MarigoldDepthPipeline.ensemble_depth(
            torch.from_numpy(members), True, shift, output_uncertainty=True, **kwargs
        )
    finally:
        scipy.optimize.minimize = original
    return depth, uncertainty, seen["x"].x


CASES = {
    "e3_median": (dict(count=3, height=24, width=32, seed=1), {}),
    "e3_mean": (dict(count=3, height=24, width=32, seed=1), {"reduction": "mean"}),
    "e4_median_even": (dict(count=4, height=19, width=27, seed=2), {}),
    "e5_median": (dict(count=5, height=30, width=22, seed=3), {}),
    "e5_mean": (dict(count=5, height=30, width=22, seed=3), {"reduction": "mean"}),
    "e10_median": (dict(count=10, height=24, width=32, seed=4), {}),
    "e2_median": (dict(count=2, height=16, width=16, seed=5), {}),
    "e3_max_res": (dict(count=3, height=33, width=48, seed=6), {"max_res": 20}),
    "e3_no_regularizer": (dict(count=3, height=16, width=24, seed=7), {"regularizer_strength": 0.0}),
    "e3_scale_only": (dict(count=3, height=16, width=24, seed=8), {"shift": False}),
    "e3_scale_only_mean": (dict(count=3, height=16, width=24, seed=8), {"shift": False, "reduction": "mean"}),
    "e3_quiet": (dict(count=3, height=24, width=32, seed=9, spread=0.02, noise=0.001), {}),
    "e3_init_only": (dict(count=3, height=24, width=32, seed=1), {"max_iter": 0}),
    "e3_init_only_mean": (dict(count=3, height=24, width=32, seed=1), {"max_iter": 0, "reduction": "mean"}),
    "e4_init_only": (dict(count=4, height=19, width=27, seed=2), {"max_iter": 0}),
    "e5_max_iter_10": (dict(count=5, height=30, width=22, seed=3), {"max_iter": 10}),
}


def solve_case(members, options):
    """One record of the JSON and the tensors of it."""
    options = dict(options)
    shift = options.pop("shift", True)
    depth, uncertainty, x = reference_solution(members, shift, **options)
    objective, x0, found = float64_solution(members, shift=shift, **options)
    reduction = options.get("reduction", "median")
    depth64 = finish(members, found.x, reduction, shift)
    depth0 = finish(members, x0, reduction, shift)
    record = {
        "scale_invariant": True,
        "shift_invariant": shift,
        "options": {
            "reduction": "median", "regularizer_strength": 0.02, "max_iter": 2, "tol": 1e-3, "max_res": 1024,
        } | options,
        "initial": {"parameters": x0.tolist(), "cost": objective(x0)[0]},
        "reference": {"parameters": x.tolist(), "cost": objective(x)[0]},
        "float64": {
            "parameters": found.x.tolist(), "cost": float(found.fun),
            "iterations": int(found.nit), "evaluations": int(found.nfev), "status": int(found.status),
        },
        "reference_vs_float64_max_abs": max_abs(depth, depth64),
        "reference_vs_initial_max_abs": max_abs(depth, depth0),
    }
    return record, {"prediction": depth, "uncertainty": uncertainty}


def generate():
    cases, tensors = [], {}
    for name, (shape, options) in CASES.items():
        members = ensemble_members(**shape)
        source = "members." + "_".join(str(v) for v in shape.values())
        tensors[source] = members
        record, out = solve_case(members, options)
        cases.append({"name": name, "members": source, **record})
        tensors |= {f"{name}.{key}": value for key, value in out.items()}
        print(
            f"{name:20s} cost {record['initial']['cost']:.5f} -> reference {record['reference']['cost']:.5f}, float64 "
            f"{record['float64']['cost']:.5f}; apart {record['reference_vs_float64_max_abs']:.1e}, "
            f"reference to init {record['reference_vs_initial_max_abs']:.1e}",
            flush=True,
        )
    # the hand-checkable example: s = [1.25, 1.6667, 1], t = [-.125, -.3333, 0]
    tiny = np.array(
        [[[0.1, 0.5], [0.9, 0.3]], [[0.2, 0.6], [0.8, 0.35]], [[0, 0.45], [1, 0.25]]], dtype=np.float32
    )[:, None]
    tensors["members.golden"] = tiny
    for name, options in {"golden_median": {"max_iter": 0}, "golden_mean": {"max_iter": 0, "reduction": "mean"}}.items():
        record, out = solve_case(tiny, options)
        cases.append({"name": name, "members": "members.golden", **record})
        tensors |= {f"{name}.{key}": value for key, value in out.items()}
    write_case("ensemble/ensemble_depth", {"cases": cases}, tensors)


if __name__ == "__main__":
    torch.set_num_threads(1)
    generate()
