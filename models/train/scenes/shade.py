"""Deferred shading: texture, bump, shadowed lights, sky light with ambient occlusion, fog."""

import numpy as np
from numba import njit

from .pattern import BUMP, BUMP_SCALE, GLOW, MIRROR, POWER, SPECULAR, albedo, fbm, hash3, noise3, smooth


@njit(cache=True, fastmath=True, error_model="numpy")
def occlusion(depth, normal, focal, radius):
    """Screen-space ambient occlusion, 1 open .. 0 closed; normals in the camera frame [H, W, 3]."""
    height, width = depth.shape
    raw = np.ones((height, width), np.float32)
    cx, cy = width * 0.5, height * 0.5
    for y in range(height):
        for x in range(width):
            z = depth[y, x]
            if not np.isfinite(z):
                continue
            reach = min(60.0, max(2.0, focal * radius / z))
            px, py = (x + 0.5 - cx) * z / focal, -(y + 0.5 - cy) * z / focal
            turn = 6.2832 * hash3(x, y, 5)
            total = 0.0
            for k in range(9):
                r = reach * (k + 0.6) / 9.0
                a = turn + k * 2.4
                sx, sy = int(x + r * np.cos(a)), int(y + r * np.sin(a))
                if sx < 0 or sy < 0 or sx >= width or sy >= height:
                    continue
                q = depth[sy, sx]
                if not np.isfinite(q):
                    continue
                vx, vy = (sx + 0.5 - cx) * q / focal - px, -(sy + 0.5 - cy) * q / focal - py
                vz = q - z
                length = np.sqrt(vx * vx + vy * vy + vz * vz) + 1e-6
                dot = (vx * normal[y, x, 0] + vy * normal[y, x, 1] + vz * normal[y, x, 2]) / length
                if dot > 0.12:
                    total += (dot - 0.12) / (1.0 + (length / radius) ** 2)
            raw[y, x] = max(0.0, 1.0 - total * 0.24)
    out = raw.copy()
    for y in range(1, height - 1):
        for x in range(1, width - 1):
            total, count = 0.0, 0.0
            for dy in range(-1, 2):
                for dx in range(-1, 2):
                    if abs(depth[y + dy, x + dx] - depth[y, x]) < 0.05 * depth[y, x]:
                        total += raw[y + dy, x + dx]
                        count += 1.0
            if count > 0:
                out[y, x] = total / count
    return out


@njit(cache=True, fastmath=True, error_model="numpy")
def surface(depth, triangle, points, normals, focal, rotation, eye):
    """World positions and normals [H, W, 3] (facing the camera) of the visible points."""
    height, width = depth.shape
    position = np.zeros((height, width, 3), np.float32)
    normal = np.zeros((height, width, 3), np.float32)
    for y in range(height):
        for x in range(width):
            t = triangle[y, x]
            if t < 0:
                continue
            z = depth[y, x]
            a = (x + 0.5 - width * 0.5) / focal * z
            b = -(y + 0.5 - height * 0.5) / focal * z
            p = np.empty(3)
            for i in range(3):
                p[i] = eye[i] + rotation[0, i] * a + rotation[1, i] * b + rotation[2, i] * z
            e1, e2, ep = points[t, 1] - points[t, 0], points[t, 2] - points[t, 0], p - points[t, 0]
            d11 = e1[0] * e1[0] + e1[1] * e1[1] + e1[2] * e1[2]
            d12 = e1[0] * e2[0] + e1[1] * e2[1] + e1[2] * e2[2]
            d22 = e2[0] * e2[0] + e2[1] * e2[1] + e2[2] * e2[2]
            dp1 = ep[0] * e1[0] + ep[1] * e1[1] + ep[2] * e1[2]
            dp2 = ep[0] * e2[0] + ep[1] * e2[1] + ep[2] * e2[2]
            det = d11 * d22 - d12 * d12 + 1e-20
            v, w = (d22 * dp1 - d12 * dp2) / det, (d11 * dp2 - d12 * dp1) / det
            v, w = min(1.0, max(0.0, v)), min(1.0, max(0.0, w))
            n = normals[t, 0] * (1 - v - w) + normals[t, 1] * v + normals[t, 2] * w
            length = np.sqrt(n[0] ** 2 + n[1] ** 2 + n[2] ** 2) + 1e-9
            facing = n[0] * (p[0] - eye[0]) + n[1] * (p[1] - eye[1]) + n[2] * (p[2] - eye[2])
            sign = -1.0 if facing > 0 else 1.0
            for i in range(3):
                position[y, x, i] = p[i]
                normal[y, x, i] = sign * n[i] / length
    return position, normal


@njit(cache=True, fastmath=True, error_model="numpy")
def _lit(shadow, focal, rotation, light, p, n, soft, x, y):
    """Share of a shadow-mapped light that reaches p, 0..1 (percentage-closer filter)."""
    size = shadow.shape[0]
    d = p + n * 0.015 * (1.0 + 0.01 * np.sqrt(((p - light) ** 2).sum())) - light
    z = rotation[2, 0] * d[0] + rotation[2, 1] * d[1] + rotation[2, 2] * d[2]
    if z < 0.05:
        return 1.0
    u = size * 0.5 + focal * (rotation[0, 0] * d[0] + rotation[0, 1] * d[1] + rotation[0, 2] * d[2]) / z
    v = size * 0.5 - focal * (rotation[1, 0] * d[0] + rotation[1, 1] * d[1] + rotation[1, 2] * d[2]) / z
    total, bias = 0.0, 1.004 * z / z
    for k in range(8):
        a = k * 2.4 + 6.28 * hash3(x, y, 11)
        r = soft * np.sqrt((k + 0.5) / 8.0)
        su, sv = int(u + r * np.cos(a)), int(v + r * np.sin(a))
        if su < 0 or sv < 0 or su >= size or sv >= size or shadow[sv, su] * bias > z:
            total += 1.0
    return total / 8.0


@njit(cache=True, fastmath=True, error_model="numpy")
def shade(depth, triangle, position, normal, ao, material_of, materials, eye, lights, shadows, shadow_focal,
          shadow_rotation, soft, sky_up, sky_down, fog, image):
    """Linear radiance into image [H, W, 3]; pixels without a surface are left as they are (the sky).

    lights: [L, 7] = position, colour, 1/range² (0: no falloff); light l casts shadows when l < len(shadows).
    fog: [4] = colour, density per metre.
    """
    height, width = depth.shape
    colour = np.empty(3)
    for y in range(height):
        for x in range(width):
            t = triangle[y, x]
            if t < 0:
                continue
            m = materials[material_of[t]]
            p, n = position[y, x].astype(np.float64), normal[y, x].astype(np.float64)
            ax, ay, az = abs(n[0]), abs(n[1]), abs(n[2])
            if ay >= ax and ay >= az:
                u, v = p[0], p[2]
            elif ax >= az:
                u, v = p[2], p[1]
            else:
                u, v = p[0], p[1]
            albedo(m, p[0], p[1], p[2], u, v, colour)
            if m[BUMP] > 0:
                s = m[BUMP_SCALE]
                b0 = noise3(p[0] * s, p[1] * s, p[2] * s)
                n[0] += m[BUMP] * (noise3(p[0] * s + 0.3, p[1] * s, p[2] * s) - b0)
                n[1] += m[BUMP] * (noise3(p[0] * s, p[1] * s + 0.3, p[2] * s) - b0)
                n[2] += m[BUMP] * (noise3(p[0] * s, p[1] * s, p[2] * s + 0.3) - b0)
                n /= np.sqrt((n * n).sum())
            view = eye - p
            distance = np.sqrt((view * view).sum())
            view /= distance
            open_ = ao[y, x]
            up = 0.5 + 0.5 * n[1]
            red = np.empty(3)
            shine = np.zeros(3)
            for i in range(3):
                red[i] = (sky_up[i] * up + sky_down[i] * (1 - up)) * open_ + m[GLOW]
            for k in range(lights.shape[0]):
                to = lights[k, :3] - p
                reach2 = (to * to).sum()
                to /= np.sqrt(reach2)
                cosine = (to * n).sum()
                if cosine <= 0:
                    continue
                fall = 1.0 / (1.0 + reach2 * lights[k, 6])
                if k < shadows.shape[0]:
                    fall *= _lit(shadows[k], shadow_focal[k], shadow_rotation[k], lights[k, :3], p, n, soft[k], x, y)
                half = to + view
                half /= np.sqrt((half * half).sum())
                gloss = m[SPECULAR] * max(0.0, (half * n).sum()) ** m[POWER]
                for i in range(3):
                    red[i] += lights[k, 3 + i] * cosine * fall * (0.6 + 0.4 * open_)
                    shine[i] += lights[k, 3 + i] * gloss * fall
            facing = max(0.0, (view * n).sum())
            fresnel = m[MIRROR] * (0.15 + 0.85 * (1 - facing) ** 3)
            ry = 2 * facing * n[1] - view[1]
            mirror = smooth(-0.3, 0.6, ry)
            veil = 1.0 - np.exp(-fog[3] * distance)
            for i in range(3):
                c = colour[i] * red[i] + shine[i]
                c = c * (1 - fresnel) + fresnel * (sky_up[i] * mirror + sky_down[i] * (1 - mirror)) * 1.4
                image[y, x, i] = c * (1 - veil) + fog[i] * veil


@njit(cache=True, fastmath=True, error_model="numpy")
def sky(height, width, focal, rotation, zenith, horizon, cloud, cover, seed, image):
    """Fill image with a sky: a gradient, clouds and haze at the horizon."""
    for y in range(height):
        for x in range(width):
            a, b = (x + 0.5 - width * 0.5) / focal, -(y + 0.5 - height * 0.5) / focal
            dx = rotation[0, 0] * a + rotation[1, 0] * b + rotation[2, 0]
            dy = rotation[0, 1] * a + rotation[1, 1] * b + rotation[2, 1]
            dz = rotation[0, 2] * a + rotation[1, 2] * b + rotation[2, 2]
            dy /= np.sqrt(dx * dx + dy * dy + dz * dz)
            t = max(0.0, dy) ** 0.6
            s = 1.0 / (max(dy, 0.0) + 0.12)
            n = fbm(dx * s * 0.9 + seed, seed * 0.37, dz * s * 0.9, 5)
            k = smooth(1 - cover - 0.1, 1 - cover + 0.18, n) * smooth(-0.02, 0.15, dy)
            for i in range(3):
                c = zenith[i] * t + horizon[i] * (1 - t)
                image[y, x, i] = c * (1 - k) + cloud[i] * k * (0.75 + 0.5 * n)
