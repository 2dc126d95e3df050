#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""What can be said of the kernels without a GPU: compiles all.cu as cmake/cuda.cmake does and reads
what ptxas says and what the machine code holds. Prints a Markdown table. --check fails where a
kernel spills, is not vectorised, leaves a multiprocessor idle, computes in float64 or uses atomics,
and should not.

How instructions are encoded is not documented. What is used of it is first tried on kernels of
which the answer is known (calibrate()), for each architecture, so that a change is an error, not a
wrong table."""
import argparse
import collections
import math
import pathlib
import re
import struct
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent

# As in cmake/cuda.cmake; -v makes ptxas say what it used.
FLAGS = ["-O3", "-std=c++17", f"-I{ROOT / 'src'}", f"-I{ROOT / 'include'}",
         "-Xptxas=-warn-spills,-warn-lmem-usage,-v"]

# ---- What an architecture has ----

# For a multiprocessor: warps, blocks, bytes of shared memory, of which a block in use takes
# `reserved` more. CUDA C++ Programming Guide, "Technical Specifications per Compute Capability";
# blocks, granularities and the formula below: cuda_occupancy.h of the CUDA toolkit.
Limits = collections.namedtuple("Limits", "warps blocks shared reserved granularity")
LIMITS = {
    75: Limits(32, 16, 64 << 10, 0, 256),
    80: Limits(64, 32, 164 << 10, 1024, 128),
    86: Limits(48, 16, 100 << 10, 1024, 128),
    89: Limits(48, 24, 100 << 10, 1024, 128),
    90: Limits(64, 32, 228 << 10, 1024, 128),
    100: Limits(64, 32, 228 << 10, 1024, 128),
    120: Limits(48, 24, 100 << 10, 1024, 128),
}
REGISTERS, REGISTER_GRANULARITY, PARTITIONS, WARP = 65536, 256, 4, 32


def round_up(value, step):
    return -(-value // step) * step


def occupancy(architecture, threads, registers, shared):
    """The part of a multiprocessor's warps that can be there at once."""
    limits = LIMITS[architecture]
    warps = -(-threads // WARP)
    of_warp = round_up(registers * WARP, REGISTER_GRANULARITY)
    by_registers = REGISTERS // PARTITIONS // of_warp * PARTITIONS // warps
    of_block = round_up(shared + limits.reserved, limits.granularity)
    by_shared = limits.shared // of_block if of_block else math.inf
    blocks = min(limits.warps // warps, limits.blocks, by_registers, by_shared)
    return blocks * warps / limits.warps


# ---- Compiling ----

# What ptxas and the PTX say of a kernel.
Report = collections.namedtuple("Report", "registers stack spills shared threads atomics")


def compile_kernels(nvcc, source, architecture, folder):
    """The cubin, and {kernel: Report}."""
    cubin = folder / "kernels.cubin"
    try:
        made = subprocess.run([nvcc, "-cubin", *FLAGS, "-gencode",
                               f"arch=compute_{architecture},code=sm_{architecture}", "--keep",
                               f"--keep-dir={folder}", "-o", cubin, source],
                              capture_output=True, text=True, check=False)
    except OSError as error:
        sys.exit(f"evidence: {nvcc} cannot be run: {error.strerror}")
    if made.returncode != 0:
        sys.exit(f"evidence: nvcc fails for sm_{architecture}:\n{made.stdout}{made.stderr}")
    ptx, = folder.glob("*.ptx")
    return cubin.read_bytes(), reports_of(made.stdout + made.stderr, ptx.read_text())


def number(pattern, text, otherwise=None):
    found = re.search(pattern, text)
    if not found and otherwise is None:
        sys.exit(f"evidence: nvcc does not say '{pattern}' of a kernel:\n{text[:500]}")
    return int(found[1]) if found else otherwise


def reports_of(log, ptx):
    bodies = dict(re.findall(r"^\.visible \.entry (\w+)\((.*?)^\}", ptx, re.MULTILINE | re.DOTALL))
    parts = re.split(r"Compiling entry function '(\w+)'", log)[1:]
    reports = {}
    for name, said in zip(parts[::2], parts[1::2]):
        if name not in bodies:
            sys.exit(f"evidence: {name} is in the machine code, not in the PTX")
        reports[name] = Report(
            registers=number(r"Used (\d+) registers", said),
            stack=number(r"(\d+) bytes stack frame", said),
            spills=number(r"(\d+) bytes spill stores", said) +
            number(r"(\d+) bytes spill loads", said),
            shared=number(r"(\d+) bytes smem", said, 0),
            threads=number(r"\.maxntid (\d+)", bodies[name], 0),
            atomics=len(re.findall(r"^\s*(?:@!?%\w+\s+)?(?:atom|red)\.", bodies[name],
                                   re.MULTILINE)))
    return reports


# ---- Machine code ----

# Since Volta an instruction is 128 bits: bits 0-8 are the operation, 9-11 where operands come from,
# and of an access to memory 73-75 are the width.
BYTES = 16
OPERATIONS = {0x181: "LDG", 0x186: "STG", 0x183: "LDL", 0x187: "STL", 0x184: "LDS", 0x188: "STS",
              0x029: "DADD", 0x028: "DMUL", 0x02b: "DFMA", 0x02a: "DSETP", 0x110: "F2F",
              0x14d: "EXIT"}
MEMORY = {"LDG", "STG", "LDL", "STL", "LDS", "STS"}
DOUBLES = ("DADD", "DMUL", "DFMA", "DSETP", "F2F")
WIDTHS = {0: 8, 1: 8, 2: 16, 3: 16, 4: 32, 5: 64, 6: 128}


def sections(cubin):
    """(name, content) of each section of an ELF file of 64 bits."""
    if cubin[:5] != b"\x7fELF\x02":
        sys.exit("evidence: the cubin is no ELF file of 64 bits")
    at, = struct.unpack_from("<Q", cubin, 0x28)
    size, count, names = struct.unpack_from("<3H", cubin, 0x3a)
    headers = [struct.unpack_from("<2I4Q", cubin, at + size * i) for i in range(count)]
    for header in headers:
        begin = headers[names][4] + header[0]
        name = cubin[begin:cubin.index(b"\0", begin)].decode()
        no_content = header[1] == 8
        yield name, b"" if no_content else cubin[header[4]:header[4] + header[5]]


def census(code):
    """How often each of OPERATIONS is there: {"LDG.128": 2, "DADD": 1}."""
    if len(code) % BYTES:
        sys.exit("evidence: machine code is not in units of 128 bits")
    counts = collections.Counter()
    for low, high in struct.iter_unpack("<QQ", code):
        name = OPERATIONS.get(low & 0x1ff)
        if name in MEMORY:
            width = high >> 9 & 7
            if width not in WIDTHS:
                sys.exit(f"evidence: {name} of a width that is not known: {width}")
            name = f"{name}.{WIDTHS[width]}"
        if name:
            counts[name] += 1
    return counts


def censuses(cubin):
    return {name[6:]: census(code) for name, code in sections(cubin) if name.startswith(".text.")}


# ---- Calibration ----

PRELUDE = "#define K extern \"C\" __global__ void\n#define i threadIdx.x\n"
KNOWN = {
    "copy_8": ("(const char *x, char *y) { y[i] = x[i]; }", "LDG.8 STG.8"),
    "copy_16": ("(const short *x, short *y) { y[i] = x[i]; }", "LDG.16 STG.16"),
    "copy_32": ("(const float *x, float *y) { y[i] = x[i]; }", "LDG.32 STG.32"),
    "copy_64": ("(const float2 *x, float2 *y) { y[i] = x[i]; }", "LDG.64 STG.64"),
    "copy_128": ("(const float4 *x, float4 *y) { y[i] = x[i]; }", "LDG.128 STG.128"),
    "by_shared": ("""(const float *x, float *y) {
        __shared__ float s[64]; s[i] = x[i]; __syncthreads(); y[i] = s[63 - i]; }""",
                  "LDG.32 STS.32 LDS.32 STG.32"),
    "by_shared_4": ("""(const float4 *x, float4 *y) {
        __shared__ float4 s[64]; s[i] = x[i]; __syncthreads(); y[i] = s[63 - i]; }""",
                    "LDG.128 STS.128 LDS.128 STG.128"),
    "single": ("""(float *x) {
        x[0] = __fadd_rn(__fmul_rn(x[1], x[2]), __fmaf_rn(x[3], x[4], x[5])); }""",
               "LDG.32 LDG.32 LDG.32 LDG.32 LDG.32 STG.32"),
    "add": ("(double *x) { x[0] = __dadd_rn(x[1], x[2]); }", "LDG.64 LDG.64 DADD STG.64"),
    "add_other": ("(double *x, double c) { x[0] = __dadd_rn(x[1], c); }", "LDG.64 DADD STG.64"),
    "multiply": ("(double *x) { x[0] = __dmul_rn(x[1], x[2]); }", "LDG.64 LDG.64 DMUL STG.64"),
    "multiply_constant": ("(double *x) { x[0] = __dmul_rn(x[1], 0.1); }", "LDG.64 DMUL STG.64"),
    "multiply_add": ("(double *x) { x[0] = __fma_rn(x[1], x[2], x[3]); }",
                     "LDG.64 LDG.64 LDG.64 DFMA STG.64"),
    "multiply_add_other": ("(double *x, double c) { x[0] = __fma_rn(x[1], c, 0.1); }",
                           "LDG.64 DFMA STG.64"),
    "compare": ("(double *x, float *y) { y[0] = x[1] < x[2] ? y[1] : y[2]; }",
                "LDG.64 LDG.64 DSETP LDG.32 STG.32"),
    "widen": ("(const float *x, double *y) { y[0] = x[0]; }", "LDG.32 F2F STG.64"),
    "narrow": ("(const double *x, float *y) { y[0] = (float)x[0]; }", "LDG.64 F2F STG.32"),
}
# By index, so that it is not in registers; and by threads that must add to one number.
LOCAL = """(const int *x, float *y, int n) {
    float v[16]; for (int j = 0; j < n; j++) v[x[j]] = y[j]; y[0] = v[x[n]]; }"""
ATOMIC = "(float *x) { atomicAdd(x, 1.0f); }"


def calibrate(nvcc, architecture):
    """Exits unless all is encoded as it is thought to be."""
    with tempfile.TemporaryDirectory() as folder:
        source = pathlib.Path(folder) / "known.cu"
        bodies = {name: body for name, (body, _) in KNOWN.items()}
        bodies |= {"by_local": LOCAL, "by_atomic": ATOMIC}
        source.write_text(PRELUDE + "".join(f"K __launch_bounds__(96) {name}{body}\n"
                                            for name, body in bodies.items()))
        cubin, reports = compile_kernels(nvcc, source, architecture, source.parent)
    found = censuses(cubin)

    def expect(right, name):
        if not right:
            sys.exit(f"evidence: sm_{architecture}: machine code is not encoded as it was: of "
                     f"'{name}' it seems to be {dict(found.get(name, {}))}, {reports.get(name)}")

    for name, (_, expected) in KNOWN.items():
        counts = collections.Counter(found.get(name, {}))
        expect(counts.pop("EXIT", 0) >= 1, name)
        if name == "compare":  # the choice may be made before or after the load
            expect(counts.pop("LDG.32", 0) in (1, 2), name)
            expected = expected.replace(" LDG.32", "")
        expect(counts == collections.Counter(expected.split()), name)
        report = reports[name]
        expect((report.stack, report.spills, report.atomics, report.threads) == (0, 0, 0, 96), name)
    expect(reports["by_shared"].shared == 256 and reports["copy_32"].shared == 0, "by_shared")
    expect(reports["by_local"].stack >= 64 and found["by_local"]["LDL.32"] > 0 and
           found["by_local"]["STL.32"] > 0, "by_local")
    expect(reports["by_atomic"].atomics == 1, "by_atomic")


# ---- What is asked of which kernel ----

ACTIVATIONS = "(sigmoid|tanh|relu|leaky_relu|gelu_tanh|gelu)"
# The least 128-bit loads and stores of global memory; True: one for each four columns of a lane.
VECTORIZED = [
    (ACTIVATIONS + "_forward", 1, 1),
    (ACTIVATIONS + "_backward", 2, 1),
    ("dropout", 1, 1),
    (r"(softmax|log_softmax|cross_entropy)_warp_(\d+)", True, True),
    ("(softmax|log_softmax|cross_entropy)_block", 2, 1),  # a row is read twice
    ("(softmax|log_softmax|cross_entropy)_write_parts", 1, 1),
    ("(softmax|cross_entropy)_parts", 1, 0),
]
# Elsewhere float64 is meant: in sums, in losses, and in rescale() of row_exp.cuh, which the other
# kernels of softmax come to for logits beyond 1.5e5.
NO_DOUBLE = [
    ACTIVATIONS + "_(forward|backward)", "bias_(alone|" + ACTIVATIONS + ")", "dropout",
    "sgd_step", "adam_step", "scale", "argmax", r"softmax_few_\d+",
    r"(log_)?softmax_warp_\d+", "(log_)?softmax_backward_(warp|block)", "softmax_jacobian",
]
LEAST_OCCUPANCY = 0.25


def constant(file, name):
    found = re.search(rf"\b{name} = (\d+)", (ROOT / "src/cuda" / file).read_text())
    if not found:
        sys.exit(f"evidence: src/cuda/{file} has no {name}")
    return int(found[1])


def launched_threads():
    """kernel -> the size of its blocks (src/cuda)."""
    usual = constant("cuda.h", "TG_CUDA_BLOCK")
    warp, long = constant("softmax.c", "WARP_ROWS_BLOCK"), constant("softmax.c", "LONG_ROW_BLOCK")
    forms = "(softmax|log_softmax|cross_entropy)"

    def threads(kernel):
        if re.fullmatch(forms + r"_warp_\d+", kernel):
            return warp
        return long if re.fullmatch(forms + "_(block|parts|write_parts)", kernel) else usual
    return threads


def failures(architecture, kernel, report, counts, threads):
    """What is wrong with a kernel."""
    if not counts["EXIT"]:
        yield "the machine code has no end"
    if report.stack or report.spills or any(name[:3] in ("LDL", "STL") for name in counts):
        yield (f"local memory: a stack of {report.stack} bytes, {report.spills} bytes of spills")
    if report.threads != threads:
        yield f"launched in blocks of {threads}, its launch bound is {report.threads}"
    elif occupancy(architecture, threads, report.registers, report.shared) < LEAST_OCCUPANCY:
        yield f"occupancy below {LEAST_OCCUPANCY:.0%}: {report.registers} registers"
    if report.atomics:
        yield f"{report.atomics} atomic operations: sums must have a fixed order"
    for pattern, loads, stores in VECTORIZED:
        match = re.fullmatch(pattern, kernel)
        if not match:
            continue
        if loads is True:
            loads = stores = int(match[2]) // 4
        if counts["LDG.128"] < loads or counts["STG.128"] < stores:
            yield (f"not vectorised: {counts['LDG.128']} loads and {counts['STG.128']} stores of "
                   f"128 bits, and {loads} and {stores} are wanted")
    doubles = {name: counts[name] for name in DOUBLES if counts[name]}
    if doubles and any(re.fullmatch(pattern, kernel) for pattern in NO_DOUBLE):
        yield "float64: " + ", ".join(f"{count} {name}" for name, count in doubles.items())


# ---- The table ----

Evidence = collections.namedtuple("Evidence", "report counts")


def gather(nvcc, kernels, architecture):
    """{kernel: Evidence} for one architecture."""
    calibrate(nvcc, architecture)
    with tempfile.TemporaryDirectory() as folder:
        cubin, reports = compile_kernels(nvcc, kernels / "all.cu", architecture,
                                         pathlib.Path(folder))
    found = censuses(cubin)
    listed = re.findall(r"^K\((\w+)\)", (kernels / "kernels.list").read_text(), re.MULTILINE)
    if set(listed) != set(reports) or set(listed) != set(found):
        sys.exit(f"evidence: sm_{architecture}: kernels.list and the machine code differ: "
                 f"{sorted(set(listed) ^ (set(reports) & set(found)))}")
    return {kernel: Evidence(reports[kernel], found[kernel]) for kernel in listed}


def known_of(nvcc):
    """The architectures for which cmake/cuda.cmake has this nvcc compile."""
    names = subprocess.run([nvcc, "--list-gpu-code"], check=True, capture_output=True,
                           text=True).stdout.split()
    return [a for a in LIMITS if f"sm_{a}" in names]


def widths(counts, operation):
    bits = sorted(int(name[4:]) for name in counts if name.startswith(operation + "."))
    return "+".join(map(str, bits)) or "-"


def family(kernel):
    """What is the same for the widths of a kernel, and for the activations."""
    return re.sub(r"_\d+$", "", re.sub(rf"\b(bias_)?{ACTIVATIONS}(?=_|$)", r"\1*", kernel))


def span(values):
    return str(min(values)) + (f" to {max(values)}" if min(values) < max(values) else "")


def cell(architecture, evidence):
    """What stands in a cell, and of what there may be several: registers, float64 instructions."""
    report, counts = evidence
    part = occupancy(architecture, report.threads or 1024, report.registers, report.shared)
    text = f"{part:.0%}, {widths(counts, 'LDG')} / {widths(counts, 'STG')}"
    lost = report.stack + report.spills
    text += f", {lost} bytes spilled" if lost else ""
    return text, report.registers, sum(counts[name] for name in DOUBLES if name != "F2F")


def table(found):
    architectures = list(found)
    yield "| kernel | block | shared | " + " | ".join(f"sm_{a}" for a in architectures) + " |"
    yield "| --- " * (3 + len(architectures)) + "|"
    rows = {}  # relatives of which nearly the same is said share a row
    for kernel, first in found[architectures[0]].items():
        cells = [cell(a, found[a][kernel]) for a in architectures]
        row = (family(kernel), first.report.threads, first.report.shared,
               *(text for text, _, _ in cells))
        rows.setdefault(row, []).append((kernel, cells))
    for (_, threads, shared, *texts), members in rows.items():
        line = [", ".join(kernel for kernel, _ in members), str(threads), str(shared)]
        for i, text in enumerate(texts):
            registers, doubles = zip(*(cells[i][1:] for _, cells in members))
            line.append(f"{span(registers)}, {text}" +
                        (f", {span(doubles)} d" if max(doubles) else ""))
        yield "| " + " | ".join(line) + " |"


def summary(found, wrong):
    reports = [evidence.report for kernels in found.values() for evidence in kernels.values()]
    yield (f"{len(next(iter(found.values())))} kernels for {len(found)} architectures: "
           f"{sum(r.spills for r in reports)} bytes of spills, {sum(r.stack for r in reports)} of "
           f"stack, {sum(r.atomics for r in reports)} atomic operations. " +
           ("`--check` finds nothing wrong." if not wrong else "`--check` finds:"))
    if wrong:
        yield ""
        yield from (f"- {line}" for line in wrong)


def write_between(path, text):
    """Replaces what stands between the two marks in the file."""
    before, begin, rest = path.read_text().partition("<!-- evidence -->\n")
    _, end, after = rest.partition("<!-- end of evidence -->")
    if not end:
        sys.exit(f"evidence: {path}: there are no marks to write between")
    path.write_text(before + begin + text + "\n" + end + after)


def main():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n\n")[0])
    parser.add_argument("--nvcc", default="nvcc")
    parser.add_argument("--architectures", type=int, nargs="+", choices=LIMITS,
                        help="such as 75 90; else all that nvcc knows")
    parser.add_argument("--kernels", type=pathlib.Path, default=HERE, help="a folder with all.cu")
    parser.add_argument("--check", action="store_true", help="fail where something is wrong")
    parser.add_argument("--write", type=pathlib.Path, help="a Markdown file to put the table into")
    options = parser.parse_args()
    architectures = options.architectures or known_of(options.nvcc)
    found = {a: gather(options.nvcc, options.kernels, a) for a in architectures}
    threads = launched_threads()
    places = {}
    for a, kernels in found.items():
        for kernel, evidence in kernels.items():
            for reason in failures(a, kernel, *evidence, threads(kernel)):
                places.setdefault((kernel, reason), []).append(f"sm_{a}")
    wrong = [f"{kernel}, {', '.join(where)}: {reason}" for (kernel, reason), where in
             places.items()]
    text = "\n".join([*summary(found, wrong), "", *table(found)])
    if options.write:
        write_between(options.write, text)
    else:
        print(text)
    for line in wrong:
        print(f"evidence: {line}", file=sys.stderr)
    return 1 if options.check and wrong else 0


if __name__ == "__main__":
    sys.exit(main())
