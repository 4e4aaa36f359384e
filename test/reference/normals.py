"""Cases of MarigoldNormalsPipeline: U-Nets of the tiny depth checkpoints, with a VAE that decodes to normals."""

import shutil

import torch
from safetensors.torch import load_file, save_file

from fixture_store import FIXTURES, write_json
from pipelines import LCM, S, TRAILING, case, write_modality

FULL, FRONT, FAST = (f"checkpoints/tiny-normals{n}" for n in ("", "-front", "-lcm"))
# whose U-Net, text encoder and scheduler each one has
WEIGHTS = {FULL: TRAILING, FRONT: TRAILING, FAST: LCM}


def write_vae():
    """
    tiny-lcm's, whose decoder looks to the viewer on the whole, as a trained one's: normals about as long as 1. Random
    ones come near 0, and what is near 0 has no direction that float32 agrees on.
    """
    folder = FIXTURES / FULL / "vae"
    shutil.copytree(FIXTURES / LCM / "vae", folder, dirs_exist_ok=True)
    file = folder / "diffusion_pytorch_model.safetensors"
    state = load_file(file)
    state["decoder.conv_out.weight"] *= 0.12
    state["decoder.conv_out.bias"] = state["decoder.conv_out.bias"] * 0.12 + torch.tensor([0.0, 0.0, 0.8])
    save_file(state, file, metadata={"format": "pt"})
    file.chmod(0o644)


def write_model_indices():
    for folder, full_z, scheduler, steps in [
        (FULL, True, "DDIMScheduler", 4), (FRONT, False, "DDIMScheduler", 4), (FAST, True, "LCMScheduler", 1),
    ]:
        index = {
            "_class_name": "MarigoldNormalsPipeline",
            "_diffusers_version": "0.42.1",
            "default_denoising_steps": steps,
            "default_processing_resolution": 72,
            "prediction_type": "normals",
            "scheduler": ["diffusers", scheduler],
            "text_encoder": ["transformers", "CLIPTextModel"],
            "tokenizer": ["transformers", "CLIPTokenizer"],
            "unet": ["diffusers", "UNet2DConditionModel"],
            "use_full_z_range": full_z,
            "vae": ["diffusers", "AutoencoderKL"],
        }
        write_json(f"{folder}/model_index.json", index)


def all_cases():
    L, P = "landscape_40x56", "portrait_61x44"
    three = dict(ensemble_size=3, output_uncertainty=True)
    cases = {
        "normals-n1": case(FULL, L, 1, 64),
        "normals-defaults": case(FULL, L, None, None),
        # a latent of 9 x 7 cells, padding, and a picture larger than the resolution
        "normals-odd": case(FULL, P, 2, 72),
        "normals-down": case(FULL, P, 1, 40, resample_method_output="bicubic"),
        "normals-no-match": case(FULL, P, 1, 56, match_input_resolution=False),
        "normals-front": case(FRONT, L, 1, 64),
        "normals-lcm": case(FAST, L, 4, 64),
        # as the checkpoints fine-tuned end to end want it
        "normals-zeros": case(FULL, L, 1, 64, seed=None, scheduler=f"{S}/ddim-trailing", latents="zeros"),
        "normals-3-closest": case(FULL, L, 1, 64, **three),
        "normals-3-mean": case(FULL, P, 1, 72, batch_size=2, ensembling_kwargs={"reduction": "mean"}, **three),
        # small angles; which member is closest is a matter of rounding here
        "normals-3-alike": case(
            FULL, L, 1, 64, seed=None, latents="alike", ensembling_kwargs={"reduction": "mean"}, **three
        ),
    }
    for c in cases.values():
        c["rest"] |= {"weights": WEIGHTS[c["checkpoint"]], "vae": f"{FULL}/vae"}
    return cases


def generate():
    write_vae()
    write_model_indices()

    def lengths(outputs, parameters):
        of = outputs["prediction"].norm(dim=1)
        return f"lengths {float(of.min()):.4f}..{float(of.max()):.4f} latent {parameters['latent_size']}"

    write_modality("normals", all_cases(), lambda _: "normals", "closest", lengths)


if __name__ == "__main__":
    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(True)
    generate()
