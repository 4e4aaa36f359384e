"""Cases of MarigoldIntrinsicsPipeline: U-Nets for two and three targets; the other parts are of the depth checkpoints."""

import torch
from diffusers import UNet2DConditionModel

from checkpoints import UNET_TWO_LEVELS, enliven
from fixture_store import FIXTURES, write_json
from pipelines import LCM, TRAILING, case, write_modality

APPEARANCE, LIGHTING = "checkpoints/tiny-iid-appearance", "checkpoints/tiny-iid-lighting"
# as the training configs of the published checkpoints have them
TARGETS = {
    APPEARANCE: {
        "target_names": ["albedo", "material"],
        "albedo": {"prediction_space": "srgb"},
        "material": {"prediction_space": "stack", "sub_target_names": ["roughness", "metallicity", None]},
        "roughness": {"prediction_space": "linear"},
        "metallicity": {"prediction_space": "linear"},
    },
    LIGHTING: {
        "target_names": ["albedo", "shading", "residual"],
        "albedo": {"prediction_space": "linear"},
        "shading": {"prediction_space": "linear", "up_to_scale": True},
        "residual": {"prediction_space": "linear", "up_to_scale": True},
    },
}


def write_checkpoints():
    for seed, (folder, properties) in enumerate(TARGETS.items()):
        targets = len(properties["target_names"])
        config = UNET_TWO_LEVELS | dict(in_channels=4 * (targets + 1), out_channels=4 * targets)
        enliven(UNet2DConditionModel(**config), seed=60 + seed).save_pretrained(FIXTURES / folder / "unet")
        (FIXTURES / folder / "unet" / "diffusion_pytorch_model.safetensors").chmod(0o644)
        index = {
            "_class_name": "MarigoldIntrinsicsPipeline",
            "_diffusers_version": "0.42.1",
            "default_denoising_steps": 4,
            "default_processing_resolution": 72,
            "prediction_type": "intrinsics",
            "scheduler": ["diffusers", "DDIMScheduler"],
            "target_properties": properties,
            "text_encoder": ["transformers", "CLIPTextModel"],
            "tokenizer": ["transformers", "CLIPTokenizer"],
            "unet": ["diffusers", "UNet2DConditionModel"],
            "vae": ["diffusers", "AutoencoderKL"],
        }
        write_json(f"{folder}/model_index.json", index)


def all_cases():
    L, P = "landscape_40x56", "portrait_61x44"
    three = dict(ensemble_size=3, output_uncertainty=True)
    cases = {
        "appearance-n1": case(APPEARANCE, L, 1, 64),
        "appearance-defaults": case(APPEARANCE, L, None, None),
        "appearance-lcm": case(APPEARANCE, P, 3, 72, scheduler=f"{LCM}/scheduler", match_input_resolution=False),
        "appearance-3-median": case(APPEARANCE, L, 1, 40, **three),
        "lighting-odd": case(LIGHTING, P, 2, 72),
        "lighting-3-mean": case(LIGHTING, L, 1, 40, batch_size=2, ensembling_kwargs={"reduction": "mean"}, **three),
    }
    for c in cases.values():
        c["rest"] |= {"weights": TRAILING, "vae": f"{LCM}/vae", "unet": f"{c['checkpoint']}/unet"}
    return cases


def generate():
    write_checkpoints()

    def clipped(outputs, _):
        prediction = outputs["prediction"]
        share = ((prediction <= 0) | (prediction >= 1)).float().mean()
        return f"{list(prediction.shape)} std {float(prediction.std()):.3f} clipped {float(share):.3f}"

    write_modality("intrinsics", all_cases(), lambda name: name.split("-")[0], "median", clipped)


if __name__ == "__main__":
    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(True)
    generate()
