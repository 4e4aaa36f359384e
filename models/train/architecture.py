"""The small architectures, as diffusers and transformers classes; the same families as Stable Diffusion 2's, only narrow."""

import torch
from diffusers import AutoencoderKL, DDIMScheduler, UNet2DConditionModel
from transformers import CLIPTextConfig, CLIPTextModel

TEXT_WIDTH = 32
SCHEDULER = dict(num_train_timesteps=1000, beta_start=0.00085, beta_end=0.012, beta_schedule="scaled_linear", prediction_type="v_prediction",
                 rescale_betas_zero_snr=True, timestep_spacing="trailing", clip_sample=False, set_alpha_to_one=False, steps_offset=1)


def autoencoder():
    return AutoencoderKL(in_channels=3, out_channels=3, down_block_types=("DownEncoderBlock2D",) * 4, up_block_types=("UpDecoderBlock2D",) * 4,
                         block_out_channels=(16, 32, 64, 96), layers_per_block=1, norm_num_groups=8, latent_channels=4, sample_size=256,
                         scaling_factor=1.0, force_upcast=False)


def denoiser(in_channels=8):
    return UNet2DConditionModel(sample_size=32, in_channels=in_channels, out_channels=4, block_out_channels=(64, 96, 128, 128),
                                down_block_types=("DownBlock2D", "CrossAttnDownBlock2D", "CrossAttnDownBlock2D", "DownBlock2D"),
                                up_block_types=("UpBlock2D", "CrossAttnUpBlock2D", "CrossAttnUpBlock2D", "UpBlock2D"), layers_per_block=1,
                                attention_head_dim=(2, 3, 4, 4), cross_attention_dim=TEXT_WIDTH, use_linear_projection=True, norm_num_groups=16)


def text_encoder(seed=2024):
    """A text encoder that is never trained: the prompt is always empty, its embedding is a constant."""
    torch.manual_seed(seed)
    return CLIPTextModel(CLIPTextConfig(vocab_size=4, hidden_size=TEXT_WIDTH, intermediate_size=64, num_hidden_layers=1, num_attention_heads=2,
                                        max_position_embeddings=77, hidden_act="gelu", projection_dim=TEXT_WIDTH, bos_token_id=0, eos_token_id=1,
                                        pad_token_id=1)).eval()


@torch.no_grad()
def empty_prompt():
    """The embedding of "", [1, 2, 32]: the tokens are <|startoftext|> and <|endoftext|>."""
    return text_encoder()(torch.tensor([[0, 1]])).last_hidden_state


def scheduler():
    return DDIMScheduler(**SCHEDULER)
