"""test_installed.py CMAKE GENERATOR BUILD COMPILER SOURCE SANITIZERS: installs into a new folder, moves that elsewhere, and
builds examples/detect.c from the installed files alone, once with pkg-config and once with CMake. Both programs, and
the installed frcnn, must find the installed library and the default model from there.
"""
import os
import shutil
import subprocess
import sys
import tempfile

PROJECT = """cmake_minimum_required(VERSION 3.22)
project(consumer LANGUAGES C)
find_package(frcnn 0.1 REQUIRED)
add_executable(detect detect.c)
target_link_libraries(detect PRIVATE frcnn::frcnn)
"""


def run(*command, **options):
    print("+", *command, flush=True)
    result = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, **options)
    print(result.stdout, end="", flush=True)
    if result.returncode != 0:
        sys.exit(f"{command[0]}: status {result.returncode}")
    return result.stdout


def find(root, name):
    for folder, _, names in os.walk(root):
        if name in names:
            return os.path.join(folder, name)
    sys.exit(f"{name} was not installed")


def main(cmake, generator, build, compiler, source, sanitizers):
    with tempfile.TemporaryDirectory() as work:
        run(cmake, "--install", build, "--prefix", f"{work}/first")
        prefix = f"{work}/moved"
        os.rename(f"{work}/first", prefix)
        os.makedirs(f"{work}/consumer")
        shutil.copy(f"{source}/examples/detect.c", f"{work}/consumer")
        image = f"{work}/grey.ppm"
        with open(image, "wb") as file:
            file.write(b"P6 64 48 255\n" + bytes([128]) * (64 * 48 * 3))

        library_folder = os.path.dirname(find(prefix, "libfrcnn.so"))
        environment = {k: v for k, v in os.environ.items() if k != "FRCNN_DATA_DIR"}
        environment["PKG_CONFIG_PATH"] = os.path.dirname(find(prefix, "frcnn.pc"))
        flags = run("pkg-config", "--cflags", "--libs", "frcnn", env=environment).split()
        if sanitizers:
            flags.append(f"-fsanitize={sanitizers}")
        run(compiler, "-std=c11", f"{work}/consumer/detect.c", "-o", f"{work}/detect", *flags)
        run(f"{work}/detect", image, env={**environment, "LD_LIBRARY_PATH": library_folder}, cwd=work)

        with open(f"{work}/consumer/CMakeLists.txt", "w", encoding="utf-8") as file:
            file.write(PROJECT)
        c_flags = [f"-DCMAKE_C_FLAGS=-fsanitize={sanitizers}"] if sanitizers else []
        run(cmake, "-G", generator, "-S", f"{work}/consumer", "-B", f"{work}/build", f"-DCMAKE_PREFIX_PATH={prefix}",
            f"-DCMAKE_C_COMPILER={compiler}", *c_flags)
        run(cmake, "--build", f"{work}/build")
        run(f"{work}/build/detect", image, env=environment, cwd=work)

        # The program finds its library by itself.
        program = find(prefix, "frcnn")
        run(program, "info", env=environment, cwd=work)


if __name__ == "__main__":
    main(*sys.argv[1:])
