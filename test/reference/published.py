"""
diffusers' own Marigold depth tests (tests/pipelines/marigold/test_marigold_depth.py, get_dummy_components): the same
configs, initialised the same way, and the constants which those tests expect.

Their U-Net and VAE are 6 MB of seeded noise, so the fixture is a recipe instead of the numbers: the uniform draws of
torch's CPU generator (mt19937) in order. `restore` below is the recipe's reference implementation, and generation
asserts that it gives the very bits that torch made.
"""

import random

import numpy as np
import torch
from diffusers import AutoencoderKL, LCMScheduler, MarigoldDepthPipeline, UNet2DConditionModel
from transformers import CLIPTextConfig, CLIPTextModel, CLIPTokenizer

from checkpoints import save_tokenizer
from fixture_store import FIXTURES, write_case, write_json
from recorder import max_abs, record

ROOT = FIXTURES / "published"

# The tests take their tokenizer from hf-internal-testing/tiny-random-clip, of which only the ids of the empty prompt
# matter. [0, 1] reproduces every published constant; no other pair (b, b+1), (b, b+2) or (b+1, b) does.
EMPTY_PROMPT_IDS = [0, 1]

CASES = {
    "G0_S1_P32_E1_B1_M1": [0.43442, 0.51455, 0.48409, 0.43800, 0.43542, 0.41082, 0.52997, 0.48687, 0.45823],
    "G0_S1_P16_E1_B1_M1": [0.44393, 0.46028, 0.46846, 0.49471, 0.49320, 0.49244, 0.52010, 0.50965, 0.50443],
    "G2024_S1_P32_E1_B1_M1": [0.48864, 0.47408, 0.51305, 0.43479, 0.43492, 0.46720, 0.50389, 0.48094, 0.47948],
    "G0_S2_P32_E1_B1_M1": [0.40830, 0.45729, 0.46504, 0.39601, 0.45839, 0.51121, 0.51142, 0.50824, 0.50636],
    "G0_S1_P64_E1_B1_M1": [0.47847, 0.53579, 0.50407, 0.54443, 0.50714, 0.47101, 0.44327, 0.46812, 0.43958],
    "G0_S1_P32_E3_B1_M1": [0.3260, 0.3591, 0.2837, 0.2971, 0.2750, 0.2426, 0.4200, 0.3588, 0.3254],
    "G0_S1_P32_E4_B2_M1": [0.3180, 0.4194, 0.3013, 0.2902, 0.3245, 0.2897, 0.4718, 0.4174, 0.3705],
    "G0_S1_P16_E1_B1_M0": [0.53228, 0.46153, 0.42818, 0.46746, 0.40590, 0.45647, 0.52804, 0.52532, 0.50443],
}


class DrawLog:
    """Notes every in-place uniform draw while modules are built, in order."""

    def __enter__(self):
        self.draws, self.original = [], torch.Tensor.uniform_
        log, original = self.draws, self.original

        def uniform_(tensor, a=0.0, b=1.0, generator=None):
            log.append((tensor.data_ptr(), tensor.numel(), a, b))
            return original(tensor, a, b, generator=generator)

        torch.Tensor.uniform_ = uniform_
        return self

    def __exit__(self, *_):
        torch.Tensor.uniform_ = self.original


def recipe_of(build):
    torch.manual_seed(0)
    with DrawLog() as log:
        module = build().eval()
    by_address = {p.data_ptr(): (name, p) for name, p in module.named_parameters()}
    steps, drawn = [], set()
    for address, numel, a, b in log.draws:
        # a later draw into the same memory would hide a module that was built and thrown away
        name, parameter = by_address[address]
        assert parameter.numel() == numel and name not in drawn
        drawn.add(name)
        steps.append({"name": name, "shape": list(parameter.shape), "bound": b})
        assert a == -b
    constant = []
    for name, p in module.named_parameters():
        if name not in drawn:
            value = p.detach().flatten()[0].item()
            assert value in (0.0, 1.0) and bool((p == value).all()), name
            constant.append({"name": name, "shape": list(p.shape), "value": value})
    return module, {"seed": 0, "uniform": steps, "constant": constant}


def restore(recipe):
    """
    name -> float32 array. x = (u32 & 0xFFFFFF) * 2^-24; value = x * (b - a) + a with a = -bound, b = bound: the
    difference is rounded to float32, product and sum are fused (float64 here, then rounded once).
    """
    twister = np.random.MT19937()
    twister._legacy_seeding(recipe["seed"])
    out = {}
    for step in recipe["uniform"]:
        n = int(np.prod(step["shape"]))
        u = (twister.random_raw(n).astype(np.uint32) & 0xFFFFFF).astype(np.float32) * np.float32(2**-24)
        a, b = np.float32(-step["bound"]), np.float32(step["bound"])
        out[step["name"]] = (u.astype(np.float64) * (b - a) + a).astype(np.float32).reshape(step["shape"])
    for c in recipe["constant"]:
        out[c["name"]] = np.full(c["shape"], c["value"], dtype=np.float32)
    return out


def build_unet():
    return UNet2DConditionModel(
        block_out_channels=(32, 64),
        layers_per_block=2,
        sample_size=32,
        in_channels=8,
        out_channels=4,
        down_block_types=("DownBlock2D", "CrossAttnDownBlock2D"),
        up_block_types=("CrossAttnUpBlock2D", "UpBlock2D"),
        cross_attention_dim=32,
    )


def build_vae():
    return AutoencoderKL(
        block_out_channels=[32, 64],
        in_channels=3,
        out_channels=3,
        down_block_types=["DownEncoderBlock2D"] * 2,
        up_block_types=["UpDecoderBlock2D"] * 2,
        latent_channels=4,
    )


def build_text_encoder():
    torch.manual_seed(0)
    return CLIPTextModel(
        CLIPTextConfig(
            bos_token_id=0,
            eos_token_id=2,
            hidden_size=32,
            intermediate_size=37,
            layer_norm_eps=1e-05,
            num_attention_heads=4,
            num_hidden_layers=5,
            pad_token_id=1,
            vocab_size=1000,
        )
    ).eval()


def build_scheduler():
    return LCMScheduler(
        beta_start=0.00085,
        beta_end=0.012,
        prediction_type="v_prediction",
        set_alpha_to_one=False,
        steps_offset=1,
        beta_schedule="scaled_linear",
        clip_sample=False,
        thresholding=False,
    )


def dummy_image(seed):
    """diffusers' floats_tensor((1, 3, 32, 32), rng=Random(seed)) / 2 + 0.5."""
    rng = random.Random(seed)
    return torch.tensor([rng.random() for _ in range(3 * 32 * 32)], dtype=torch.float).view(1, 3, 32, 32) / 2 + 0.5


def settings_of(name):
    g, s, p, e, b, m = (int(part[1:]) for part in name.split("_"))
    return dict(seed=g, steps=s, resolution=p, ensemble_size=e, batch_size=b, match=bool(m))


def generate():
    components = {}
    for part, build in (("unet", build_unet), ("vae", build_vae)):
        module, recipe = recipe_of(build)
        restored = restore(recipe)
        worst = max(max_abs(p.detach(), restored[name]) for name, p in module.named_parameters())
        assert worst == 0, f"{part}: the recipe is off by {worst}"
        components[part] = module
        module.save_config(ROOT / part)
        write_json(f"published/{part}/weights.recipe.json", recipe)
    text_encoder = build_text_encoder()
    text_encoder.save_pretrained(ROOT / "text_encoder")
    build_scheduler().save_pretrained(ROOT / "scheduler")
    save_tokenizer(ROOT / "tokenizer", 48, *EMPTY_PROMPT_IDS)
    tokenizer = CLIPTokenizer.from_pretrained(ROOT / "tokenizer")

    tensors, cases = {f"image_G{seed}": dummy_image(seed) for seed in (0, 2024)}, []
    for name, constants in CASES.items():
        o = settings_of(name)
        pipe = MarigoldDepthPipeline(
            **components, scheduler=build_scheduler(), text_encoder=text_encoder, tokenizer=tokenizer,
            prediction_type="depth",
        )
        pipe.set_progress_bar_config(disable=True)
        outputs, trace = record(
            pipe,
            tensors[f"image_G{o['seed']}"],
            num_inference_steps=o["steps"],
            processing_resolution=o["resolution"],
            ensemble_size=o["ensemble_size"],
            batch_size=o["batch_size"],
            match_input_resolution=o["match"],
            generator=torch.Generator().manual_seed(o["seed"]),
            **({"ensembling_kwargs": {"reduction": "mean"}} if o["ensemble_size"] > 1 else {}),
        )
        here = max_abs(outputs["prediction"][0, 0, -3:, -3:].flatten(), constants)
        cases.append(
            {"name": name, **o, "reduction": "mean", "expected_slice": constants, "published_vs_here_max_abs": here}
        )
        tensors[f"{name}.prediction"] = outputs["prediction"]
        tensors[f"{name}.latent"] = outputs["latent"]
        if o["ensemble_size"] > 1:
            tensors[f"{name}.members"] = trace["members"]
        print(f"{name:24s} published against here: {here:.2e}", flush=True)
    write_case(
        "published/cases",
        {
            "source": "huggingface/diffusers tests/pipelines/marigold/test_marigold_depth.py",
            "slice": "prediction[0, 0, -3:, -3:], row by row",
            "atol": 1e-4,
            "empty_prompt_ids": EMPTY_PROMPT_IDS,
            "flaky_upstream": ["G0_S1_P32_E3_B1_M1", "G0_S1_P32_E4_B2_M1"],
            "cases": cases,
        },
        tensors,
    )


if __name__ == "__main__":
    torch.set_num_threads(1)
    generate()
