"""Cases of the whole pipeline: diffusers' MarigoldDepthPipeline with every parameter that changes the numbers."""

import shutil

import torch

from ensembles import solve_case
from fixture_store import FIXTURES, write_case, write_json, write_tensors
from recorder import load_pipeline, max_abs, record
from synthetic import picture

TRAILING, LCM, LEADING, HALF = (f"checkpoints/tiny-{n}" for n in ("ddim-trailing", "lcm", "ddim-leading", "fp16"))
EMBEDDED = "../../models/marigold-nano"
S = "checkpoints/schedulers"
PICTURES = {
    "landscape_40x56": (40, 56, 1),
    "portrait_61x44": (61, 44, 2),
    "square_64x64": (64, 64, 3),
    "wide_33x96": (33, 96, 4),
    "tiny_9x13": (9, 13, 5),
}
SAME_MEMBERS = {
    name: "ensemble-3-median" for name in ("ensemble-3-mean", "ensemble-max-res", "ensemble-scale-only")
}
METHODS = ["nearest", "nearest-exact", "bilinear", "bicubic", "area"]


def case(checkpoint, image, steps, resolution, seed=2024, scheduler=None, trace=False, **rest):
    return dict(
        checkpoint=checkpoint, image=image, steps=steps, resolution=resolution, seed=seed, scheduler=scheduler,
        trace=trace, rest=rest,
    )


def all_cases():
    L = "landscape_40x56"
    cases = {
        # denoising: DDIM trailing + zero-SNR with 1, 3, 4 steps; leading with 10; LCM with 1 and 4
        "ddim-trailing-n1": case(TRAILING, L, 1, 64, trace=True),
        "ddim-trailing-n3": case(TRAILING, L, 3, 64, trace=True),
        "ddim-trailing-n4": case(TRAILING, L, 4, 64),
        "ddim-leading-n10": case(TRAILING, L, 10, 64, scheduler=f"{S}/ddim-leading"),
        "ddim-leading-n1": case(TRAILING, L, 1, 64, scheduler=f"{S}/ddim-leading"),
        "ddim-trailing-plain-n2": case(TRAILING, L, 2, 64, scheduler=f"{S}/ddim-trailing"),
        "ddim-linspace-n3": case(TRAILING, L, 3, 64, scheduler=f"{S}/ddim-linspace-alpha-one"),
        "ddim-zeros-n1": case(TRAILING, L, 1, 64, seed=None, scheduler=f"{S}/ddim-trailing", latents="zeros"),
        "lcm-n1": case(LCM, L, 1, 64),
        "lcm-n4": case(LCM, L, 4, 64, trace=True),
        "lcm-sd2-n2": case(TRAILING, L, 2, 64, scheduler=f"{S}/lcm"),
        "defaults-trailing": case(TRAILING, L, None, None),
        # sizes: latents that are not multiples of 8, up- and downscaling, native size, extreme shapes
        "size-72": case(TRAILING, L, 1, 72, trace=True),
        "size-88-portrait": case(TRAILING, "portrait_61x44", 2, 88),
        "size-native-portrait": case(TRAILING, "portrait_61x44", 1, 0),
        "size-40-downscale": case(TRAILING, "square_64x64", 1, 40),
        "size-wide": case(TRAILING, "wide_33x96", 1, 96),
        "size-one-latent-row": case(TRAILING, "wide_33x96", 1, 16),
        "size-tiny-upscale": case(TRAILING, "tiny_9x13", 1, 64),
        "size-128-lcm": case(LCM, "square_64x64", 1, 128),
        "no-match-72": case(TRAILING, L, 1, 72, match_input_resolution=False),
        "no-match-portrait": case(LCM, "portrait_61x44", 1, 56, match_input_resolution=False),
        # the tiny autoencoder with a U-Net of two levels read from shards
        "tiny-vae-n10": case(LEADING, L, 10, 64),
        "tiny-vae-size-72": case(LEADING, "portrait_61x44", 2, 72, trace=True),
        "tiny-vae-sd2-unet": case(TRAILING, L, 1, 64, vae=f"{LEADING}/vae"),
        # ensembles
        "ensemble-3-median": case(TRAILING, L, 1, 64, ensemble_size=3, output_uncertainty=True, trace=True),
        "ensemble-3-mean": case(
            TRAILING, L, 1, 64, ensemble_size=3, output_uncertainty=True, ensembling_kwargs={"reduction": "mean"}
        ),
        "ensemble-5-median-batch-2": case(
            TRAILING, L, 2, 72, ensemble_size=5, batch_size=2, output_uncertainty=True,
        ),
        "ensemble-5-mean": case(
            LCM, L, 1, 64, ensemble_size=5, output_uncertainty=True, ensembling_kwargs={"reduction": "mean"}
        ),
        "ensemble-4-even-median": case(TRAILING, L, 1, 64, ensemble_size=4, output_uncertainty=True),
        "ensemble-max-res": case(
            TRAILING, L, 1, 64, ensemble_size=3, output_uncertainty=True, ensembling_kwargs={"max_res": 24}
        ),
        "ensemble-scale-only": case(
            TRAILING, L, 1, 64, ensemble_size=3, output_uncertainty=True, flags={"shift_invariant": False}
        ),
        # between steps LCM draws for one member after the other
        "ensemble-3-lcm": case(
            LCM, L, 4, 64, ensemble_size=3, output_uncertainty=True, ensembling_kwargs={"reduction": "mean"}
        ),
        # members that nearly agree, as those of a trained checkpoint do: there the reference is well determined
        "ensemble-3-median-agreeing": case(
            TRAILING, L, 1, 64, seed=None, latents="alike", ensemble_size=3, output_uncertainty=True
        ),
        "ensemble-5-median-agreeing": case(
            TRAILING, L, 1, 72, seed=None, latents="alike", ensemble_size=5, output_uncertainty=True, batch_size=2
        ),
        "ensemble-5-mean-agreeing": case(
            TRAILING, L, 1, 64, seed=None, latents="alike", ensemble_size=5, output_uncertainty=True,
            ensembling_kwargs={"reduction": "mean"},
        ),
        # fp16 files, computed in float32
        "fp16-n1": case(HALF, L, 1, 64, variant="fp16"),
        "fp16-native": case(HALF, "square_64x64", 1, 0, variant="fp16"),
        "fp16-n4": case(HALF, L, 4, 72, variant="fp16"),
    }
    # the checkpoint that comes with the project: weights of float16, as diffusers reads them in float32
    cases["embedded-n4"] = case(EMBEDDED, L, 4, 96)
    for method in METHODS:
        cases[f"resample-in-{method}-down"] = case(LCM, "portrait_61x44", 1, 40, resample_method_input=method)
        cases[f"resample-in-{method}-up"] = case(LCM, L, 1, 72, resample_method_input=method)
        cases[f"resample-out-{method}-down"] = case(LCM, L, 1, 72, resample_method_output=method)
        cases[f"resample-out-{method}-up"] = case(LCM, "portrait_61x44", 1, 40, resample_method_output=method)
    return cases


def image_of(name):
    return torch.from_numpy(picture(*PICTURES[name]))[None]


def alike(shape):
    """One noise for all members and a little of their own; the case stores it as `trace.noise`."""
    generator = torch.Generator().manual_seed(7)
    return torch.randn(1, *shape[1:], generator=generator) + 0.03 * torch.randn(shape, generator=generator)


def generator_of(c, latents):
    if latents is None:
        return {"kind": "torch-cpu", "seed": c["seed"]}
    return {"kind": "zeros"} if latents == "zeros" else {"kind": "given", "tensor": "trace.noise"}


def ensemble_diagnosis(c, trace):
    """Parameters and costs of the alignment: see ensembles.py."""
    options = dict(c["rest"].get("ensembling_kwargs", {}))
    if not c["rest"].get("flags", {}).get("shift_invariant", True):
        options["shift"] = False
    record, _ = solve_case(trace["members"].numpy(), options)
    keys = ("initial", "reference", "float64", "reference_vs_float64_max_abs", "reference_vs_initial_max_abs")
    return {k: record[k] for k in keys}


def run(c, dtype=torch.float32, latents=None):
    rest = dict(c["rest"])
    options = {k: rest.pop(k) for k in ("vae", "unet", "variant", "weights") if k in rest}
    flags = rest.pop("flags", {})
    pipe = load_pipeline(c["checkpoint"], c["scheduler"], dtype=dtype, **options, **flags)
    image = image_of(c["image"])
    if latents is not None:
        rest["latents"] = latents
    elif "latents" in rest:
        h, w = image.shape[2:]
        size = [-(-(n * c["resolution"] // max(h, w)) // 8) for n in (h, w)]
        shape = [rest.get("ensemble_size", 1), 4, *size]
        rest["latents"] = torch.zeros(shape) if rest["latents"] == "zeros" else alike(shape)
    else:
        rest["generator"] = torch.Generator().manual_seed(c["seed"])
    return record(pipe, image, num_inference_steps=c["steps"], processing_resolution=c["resolution"], **rest)


def float32_error(c, outputs, trace):
    """How far float32 itself is from float64 on this case: a test tolerance below this cannot be asked for."""
    lcm_noise = "lcm" in c["checkpoint"] + str(c["scheduler"]) + str(c["rest"].get("variant")) or HALF in c["checkpoint"]
    if c["rest"].get("ensemble_size", 1) > 1 or c["rest"].get("variant") or (lcm_noise and (c["steps"] or 4) > 1):
        return None
    double, _ = run(c, torch.float64, latents=trace["noise"].double())
    return max_abs(outputs["prediction"], double["prediction"])


def parameters_of(name, c, trace):
    rest = dict(c["rest"])
    kwargs = rest.pop("ensembling_kwargs", {})
    flags = rest.pop("flags", {})
    weights = rest.pop("weights", c["checkpoint"])
    components = {part: f"{weights}/{part}" for part in ("unet", "vae", "text_encoder", "tokenizer", "scheduler")}
    components["scheduler"] = c["scheduler"] or components["scheduler"]
    for part in ("vae", "unet"):
        components[part] = rest.pop(part, components[part])
    return {
        "name": name,
        "checkpoint": c["checkpoint"],
        "components": components,
        "variant": rest.pop("variant", None),
        "image": c["image"],
        "generator": generator_of(c, rest.pop("latents", None)),
        "num_inference_steps": c["steps"],
        "processing_resolution": c["resolution"],
        "ensemble_size": rest.pop("ensemble_size", 1),
        "batch_size": rest.pop("batch_size", 1),
        "match_input_resolution": rest.pop("match_input_resolution", True),
        "resample_method_input": rest.pop("resample_method_input", "bilinear"),
        "resample_method_output": rest.pop("resample_method_output", "bilinear"),
        "output_uncertainty": rest.pop("output_uncertainty", False),
        "ensembling": {
            "reduction": "median", "regularizer_strength": 0.02, "max_iter": 2, "tol": 1e-3, "max_res": 1024,
        } | kwargs,
        "scale_invariant": flags.get("scale_invariant", True),
        "shift_invariant": flags.get("shift_invariant", True),
        "timesteps": trace["timesteps"],
        "padding": list(trace["padding"]),
        "latent_size": list(trace["noise"].shape[2:]),
        "original_resolution": list(trace["original_resolution"]),
        "unparsed": rest,
    }


def write_modality(file, cases, modality_of, reduction, described):
    """Runs and records the cases of another modality than depth; `described` says of each what is to be looked at."""
    for name, c in cases.items():
        outputs, trace = run(c)
        parameters = parameters_of(name, c, trace)
        assert not parameters.pop("unparsed"), name
        for key in ("scale_invariant", "shift_invariant"):
            del parameters[key]
        parameters["modality"] = modality_of(name)
        parameters["ensembling"] = {"reduction": reduction} | c["rest"].get("ensembling_kwargs", {})
        tensors = dict(outputs)
        if c["rest"].get("ensemble_size", 1) > 1:
            tensors["trace.members"] = trace["members"]
        if c["rest"].get("latents") == "alike":
            tensors["trace.noise"] = trace["noise"]
        write_case(f"pipelines/{name}", parameters, tensors)
        print(f"{name:20s} {described(outputs, parameters)}")
    write_json(f"pipelines/{file}.json", {"cases": list(cases)})


def generate():
    shutil.rmtree(FIXTURES / "pipelines", ignore_errors=True)
    write_tensors("pipelines/pictures.safetensors", {name: image_of(name) for name in PICTURES})
    names, kept = [], {}
    for name, c in all_cases().items():
        outputs, trace = run(c)
        parameters = parameters_of(name, c, trace)
        assert not parameters.pop("unparsed"), name
        prediction = outputs["prediction"]
        parameters["depth_std"] = round(float(prediction.std()), 6)
        clipped = ((trace["members"] <= 0) | (trace["members"] >= 1)).float().mean()
        parameters["clipped_fraction"] = round(float(clipped), 6)
        parameters["float32_vs_float64_max_abs"] = float32_error(c, outputs, trace)
        ensemble = c["rest"].get("ensemble_size", 1) > 1
        keep = [k for k in trace if torch.is_tensor(trace[k]) and k != "before_resize"] if c["trace"] else []
        if name.startswith("resample-in"):
            keep.append("preprocessed")
        if name.startswith("resample-out"):
            keep.append("members")
        if ensemble:
            # of one member it is that member
            keep.append("before_resize")
            # members depend on none of the ensemble's own settings, so cases that share a seed share them
            parameters["members_of"] = SAME_MEMBERS.get(name, name)
            if name in SAME_MEMBERS:
                assert torch.equal(trace["members"], kept[SAME_MEMBERS[name]])
            else:
                kept[name] = trace["members"]
                keep.append("members")
            parameters["alignment"] = ensemble_diagnosis(c, trace)
        if c["rest"].get("latents") == "alike":
            keep.append("noise")
        tensors = outputs | {f"trace.{k}": trace[k] for k in dict.fromkeys(keep)}
        if c["rest"].get("variant") == "fp16":
            # torch's CPU has no antialiased resize in half precision, hence only where nothing is resized
            if c["resolution"] == 0:
                half, _ = run(c, torch.float16, latents=trace["noise"].half())
                tensors["half.prediction"] = half["prediction"]
                parameters["half_vs_float32_max_abs"] = max_abs(prediction, half["prediction"])
        write_case(f"pipelines/{name}", parameters, tensors)
        names.append(name)
        print(
            f"{name:32s} std {parameters['depth_std']:.3f} clipped {parameters['clipped_fraction']:.3f} "
            f"latent {parameters['latent_size']} f64 {parameters['float32_vs_float64_max_abs']} "
            f"half {parameters.get('half_vs_float32_max_abs')} alignment "
            f"{parameters.get('alignment', {}).get('reference_vs_float64_max_abs')}",
            flush=True,
        )
    write_json("pipelines/index.json", {"cases": names})


if __name__ == "__main__":
    torch.set_num_threads(1)
    generate()
