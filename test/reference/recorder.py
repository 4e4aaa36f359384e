"""Runs a Marigold pipeline and records what passes between its parts, without changing what it computes."""

import numpy as np
import torch
from diffusers import (
    AutoencoderKL,
    AutoencoderTiny,
    DDIMScheduler,
    LCMScheduler,
    MarigoldDepthPipeline,
    MarigoldIntrinsicsPipeline,
    MarigoldNormalsPipeline,
    UNet2DConditionModel,
)
from transformers import CLIPTextModel, CLIPTokenizer
import json

from fixture_store import FIXTURES

SCHEDULER_CLASSES = {"DDIMScheduler": DDIMScheduler, "LCMScheduler": LCMScheduler}
PIPELINE_CLASSES = {cls.__name__: cls for cls in (MarigoldDepthPipeline, MarigoldIntrinsicsPipeline, MarigoldNormalsPipeline)}
ENSEMBLES = ("ensemble_depth", "ensemble_intrinsics", "ensemble_normals")
PIPELINE_SETTINGS = {
    "MarigoldDepthPipeline": ("scale_invariant", "shift_invariant"),
    "MarigoldIntrinsicsPipeline": ("target_properties",),
    "MarigoldNormalsPipeline": ("use_full_z_range",),
}


def load_pipeline(
    checkpoint, scheduler=None, vae=None, unet=None, weights=None, variant=None, dtype=torch.float32, **flags
):
    """
    `scheduler`, `vae` and `unet` are other folders under test/fixtures that replace the checkpoint's own; `weights` is
    another checkpoint that stands for all parts, where `checkpoint` is little more than a model_index.json.
    """
    index = json.loads((FIXTURES / checkpoint / "model_index.json").read_text())
    root = FIXTURES / (weights or checkpoint)
    scheduler_folder = FIXTURES / scheduler if scheduler else root / "scheduler"
    scheduler_class = json.loads((scheduler_folder / "scheduler_config.json").read_text())["_class_name"]
    vae_folder = FIXTURES / vae if vae else root / "vae"
    vae_class = json.loads((vae_folder / "config.json").read_text())["_class_name"]
    half = {"torch_dtype": dtype}
    settings = {key: flags.get(key, index[key]) for key in PIPELINE_SETTINGS[index["_class_name"]]}
    pipe = PIPELINE_CLASSES[index["_class_name"]](
        unet=UNet2DConditionModel.from_pretrained(FIXTURES / unet if unet else root / "unet", variant=variant, **half),
        vae={"AutoencoderKL": AutoencoderKL, "AutoencoderTiny": AutoencoderTiny}[vae_class].from_pretrained(
            vae_folder, variant=variant, **half
        ),
        scheduler=SCHEDULER_CLASSES[scheduler_class].from_pretrained(scheduler_folder),
        text_encoder=CLIPTextModel.from_pretrained(root / "text_encoder", variant=variant, dtype=dtype),
        tokenizer=CLIPTokenizer.from_pretrained(root / "tokenizer"),
        prediction_type=index["prediction_type"],
        **settings,
        default_denoising_steps=index.get("default_denoising_steps"),
        default_processing_resolution=index.get("default_processing_resolution"),
    )
    pipe.set_progress_bar_config(disable=True)
    return pipe


def record(pipe, image, **arguments):
    """
    Returns (outputs, trace). Outputs: prediction [N,1,H,W], uncertainty or absent, latent [N*E,4,h,w].
    Trace: preprocessed, image_latent, noise, per batch and step v and latent, members, prediction before the output
    resize. The wrapped methods only look; the pipeline runs its own code.
    """
    trace = {}
    batch = {"index": -1, "step": 0}

    def watch(owner, name, look):
        method = getattr(owner, name)

        def wrapped(*args, **kwargs):
            result = method(*args, **kwargs)
            look(result, *args, **kwargs)
            return result

        setattr(owner, name, wrapped)
        return lambda: delattr(owner, name)

    def on_timesteps(_, *args, **kwargs):
        batch.update(index=batch["index"] + 1, step=0)

    def on_step(result, v, t, x, **kwargs):
        key = f"batch{batch['index']}.step{batch['step']}"
        trace[f"{key}.v"] = v
        trace[f"{key}.latent"] = result.prev_sample
        trace.setdefault("timesteps", []).append(int(t))
        batch["step"] += 1

    def on_latents(result, *args, **kwargs):
        trace["image_latent"], trace["noise"] = result

    def on_preprocess(result, *args, **kwargs):
        trace["preprocessed"], trace["padding"], trace["original_resolution"] = result

    def on_unpad(result, *args, **kwargs):
        trace["members"] = result

    def on_ensemble(result, *args, **kwargs):
        trace.setdefault("ensembled", []).append(result[0])

    undo = [
        watch(pipe.scheduler, "set_timesteps", on_timesteps),
        watch(pipe.scheduler, "step", on_step),
        watch(pipe, "prepare_latents", on_latents),
        watch(pipe.image_processor, "preprocess", on_preprocess),
        watch(pipe.image_processor, "unpad_image", on_unpad),
        *(watch(pipe, name, on_ensemble) for name in ENSEMBLES if hasattr(pipe, name)),
    ]
    try:
        out = pipe(image, output_type="pt", output_latent=True, **arguments)
    finally:
        for restore in undo:
            restore()
    trace["before_resize"] = torch.cat(trace.pop("ensembled"), 0) if "ensembled" in trace else trace["members"]
    outputs = {"prediction": out.prediction.float(), "latent": out.latent.float()}
    if out.uncertainty is not None:
        outputs["uncertainty"] = out.uncertainty.float()
    return outputs, trace


def max_abs(a, b):
    return float(np.abs(np.asarray(a, dtype=np.float64) - np.asarray(b, dtype=np.float64)).max())
