"""Writes images.json: small image files, and the RGB pixels that Pillow reads from each (exif_transpose, then
convert('RGB')). Run with Pillow 12: python test/golden/images.py"""

import base64
import io
import json
import os
import random

from PIL import Image, ImageOps

WIDTH, HEIGHT = 13, 7
cases = []


def picture(mode="RGB", width=WIDTH, height=HEIGHT):
    image = Image.new("RGB", (width, height))
    image.putdata([(x * 19, y * 36, (x + y) * 12) for y in range(height) for x in range(width)])
    return image.convert(mode)


def add(name, image, format, **options):
    file = io.BytesIO()
    image.save(file, format, **options)
    add_bytes(name, file.getvalue())


def add_bytes(name, data):
    rgb = ImageOps.exif_transpose(Image.open(io.BytesIO(data))).convert("RGB")
    cases.append(
        {
            "name": name,
            "file": base64.b64encode(data).decode(),
            "width": rgb.width,
            "height": rgb.height,
            "rgb": base64.b64encode(rgb.tobytes()).decode(),
        }
    )


def add_unsupported(name, image, format, **options):
    """A file that Pillow reads and alexnet refuses."""
    file = io.BytesIO()
    image.save(file, format, **options)
    cases.append({"name": name, "file": base64.b64encode(file.getvalue()).decode(), "unsupported": True})


def exif(orientation):
    data = Image.Exif()
    data[0x0112] = orientation
    return data


def with_alpha():
    image = picture("RGBA")
    image.putalpha(Image.new("L", image.size, 128))
    image.putpixel((0, 0), (200, 100, 50, 0))
    return image


add("png rgb", picture(), "PNG")
add("png grey", picture("L"), "PNG")
add("png palette", picture().quantize(16), "PNG")
add("png one bit", picture("1"), "PNG")
add("png alpha", with_alpha(), "PNG")
add("png grey alpha", picture("LA"), "PNG")
add("png exif 6", picture(), "PNG", exif=exif(6))
add("jpeg", picture(), "JPEG", quality=95)
add("jpeg progressive", picture(), "JPEG", progressive=True)
add("jpeg grey", picture("L"), "JPEG")
for orientation in range(1, 9):
    add(f"jpeg exif {orientation}", picture(), "JPEG", quality=95, subsampling=0, exif=exif(orientation))
add("webp lossless", picture(), "WEBP", lossless=True)
add("webp alpha", with_alpha(), "WEBP", lossless=True, exact=True)
add("webp lossy", picture(), "WEBP", quality=80)
add("webp exif 8", picture(), "WEBP", lossless=True, exif=exif(8))
add("gif", picture().quantize(32), "GIF", interlace=0)
add("gif interlaced", picture().quantize(32), "GIF", interlace=1)
add("gif transparent", picture().quantize(32), "GIF", transparency=3)
noise = Image.new("P", (96, 60))
noise.putpalette([v for i in range(256) for v in (i, 255 - i, i // 2)])
random.seed(4)
noise.putdata([random.randrange(256) for _ in range(96 * 60)])
add("gif noise", noise, "GIF")
add("gif animation", picture(), "GIF", save_all=True, append_images=[picture().rotate(180)])
add("bmp 24", picture(), "BMP")
add("bmp 8", picture().quantize(16), "BMP")
add("bmp grey", picture("L"), "BMP")
add("bmp 1", picture("1"), "BMP")
add("bmp 32", with_alpha(), "BMP")
add_unsupported("jpeg cmyk", picture("CMYK"), "JPEG")
add_unsupported("webp animation", picture(), "WEBP", save_all=True, append_images=[picture().rotate(180)])

with open(os.path.join(os.path.dirname(__file__), "images.json"), "w") as out:
    json.dump(cases, out, indent=1)
    out.write("\n")
