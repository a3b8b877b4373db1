"""Writes the seeds of fuzz_image: small files of every format and kind that the decoders tell apart. Needs Pillow."""
import io
import pathlib
import struct

from PIL import Image

FOLDER = pathlib.Path(__file__).parent / "corpus" / "fuzz_image"
FOLDER.mkdir(parents=True, exist_ok=True)

picture = Image.new("RGB", (13, 9))
picture.putdata([(x * 19, y * 28, 200 if x > y else 60) for y in range(9) for x in range(13)])
exif = Image.Exif()
exif[0x0112] = 6


def save(name, image, file_format, **options):
    buffer = io.BytesIO()
    image.save(buffer, file_format, **options)
    write(name, buffer.getvalue())


def write(name, data):
    (FOLDER / f"{name}.seed").write_bytes(data)


with_alpha = picture.convert("RGBA")
with_alpha.putalpha(Image.linear_gradient("L").resize(picture.size))
wide = Image.new("I;16", (13, 9))
wide.putdata([500 * i for i in range(117)])
paletted = picture.quantize(8)

for quality in (50, 95):
    save(f"jpeg_{quality}", picture, "JPEG", quality=quality, exif=exif)
save("jpeg_progressive", picture, "JPEG", progressive=True)
save("jpeg_grey", picture.convert("L"), "JPEG", restart_marker_blocks=1)
save("jpeg_cmyk", picture.convert("CMYK"), "JPEG")
save("png_rgb", picture, "PNG", exif=exif)
save("png_rgba", with_alpha, "PNG")
save("png_grey", picture.convert("L"), "PNG")
save("png_grey_alpha", with_alpha.convert("LA"), "PNG")
save("png_16", wide, "PNG")
save("png_palette", paletted, "PNG", transparency=1)
save("png_bits", picture.convert("1"), "PNG")
save("bmp_rgb", picture, "BMP")
save("bmp_rgba", with_alpha, "BMP")
save("bmp_palette", paletted, "BMP")
save("bmp_bits", picture.convert("1"), "BMP")
save("gif", paletted, "GIF", transparency=1)
save("gif_interlaced", paletted, "GIF", interlace=1)
save("tga_rgb", picture, "TGA")
save("tga_rgba_runs", with_alpha, "TGA", compression="tga_rle")
save("tga_palette", paletted, "TGA")
save("tga_grey", picture.convert("L"), "TGA", compression="tga_rle")
save("ppm", picture, "PPM")
save("pgm", picture.convert("L"), "PPM")
save("pgm_16", wide, "PPM")
save("webp", picture, "WEBP", exif=exif)
save("webp_lossless", with_alpha, "WEBP", lossless=True)
save("webp_alpha", with_alpha, "WEBP")
for compression in ("raw", "tiff_lzw", "tiff_adobe_deflate", "packbits", "jpeg"):
    save(f"tiff_{compression}", picture, "TIFF", compression=compression)
save("tiff_grey", picture.convert("L"), "TIFF", exif=exif)
save("tiff_16", wide, "TIFF")
save("tiff_palette", paletted, "TIFF")
save("tiff_bits", picture.convert("1"), "TIFF", compression="group4")
save("tiff_rgba", with_alpha, "TIFF", compression="tiff_lzw")
save("tiff_cmyk", picture.convert("CMYK"), "TIFF")
save("tiff_float", picture.convert("F"), "TIFF")
write("pnm_comment", b"P5 # a\n 2\n#\n2 15\n\x00\x05\x0a\x0f")
write("heif", struct.pack(">I", 24) + b"ftypheic\0\0\0\0mif1heic")
