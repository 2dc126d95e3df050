# SPDX-License-Identifier: MIT
"""Deliberate faults in the kernels and in what launches them: each a text that is in a file exactly
once, and what it becomes."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Test:
    name: str
    elements: int = 9000  # TIGRILLO_TEST_ELEMENTS
    processors: int = 4  # TIGRILLO_CUDA_PROCESSORS
    native: bool = False  # not interpreted


@dataclass(frozen=True)
class Fault:
    name: str
    file: str
    old: str
    new: str
    what: str
    tests: list[Test]  # the first is the most likely to notice it, and quickly


ACTIVATION, DENSE, DROPOUT = [Test("nn.activation")], [Test("nn.dense")], [Test("nn.dropout")]
LABELS, LOSS, OPTIMIZER = [Test("nn.labels")], [Test("nn.loss")], [Test("nn.optimizer")]
SOFTMAX = [Test("nn.softmax")]
# Rows that several blocks share; and one that more share than a warp has lanes.
LONG_ROWS = [Test("nn.long_rows", elements=100000)]
VERY_LONG_ROW = [Test("nn.long_rows", elements=600000, processors=132)]
OPENING = [Test("cuda.opening", native=True)]
FAILING, STEPS = [Test("cuda.failing", native=True)], [Test("cuda.steps", native=True)]

DEVICE, ROWS, ROW_EXP = "kernels/device.cuh", "kernels/rows.cuh", "kernels/row_exp.cuh"
WARP_ROW, REDUCE = "kernels/warp_row.cuh", "kernels/reduce.cu"
SOFTMAX_CU, ENTROPY_CU = "kernels/softmax.cu", "kernels/cross_entropy.cu"
ACTIVATION_CU, DROPOUT_CU = "kernels/activation.cu", "kernels/dropout.cu"
BACKWARD_CU = "kernels/softmax_backward.cu"
OPTIMIZER_CU = "kernels/optimizer.cu"
CUDA_C, DENSE_C, LAUNCH_C = "src/cuda/cuda.c", "src/cuda/dense.c", "src/cuda/launch.c"
LOSS_C, SOFTMAX_C = "src/cuda/loss.c", "src/cuda/softmax.c"
STEPS_C = "src/cuda/steps.c"
STEP_CU, STEP_CUH = "kernels/step.cu", "kernels/step.cuh"
ELEMENTWISE_C, REDUCE_C = "src/cuda/elementwise.c", "src/cuda/reduce.c"

BLOCK_SUM = "    v = group_sum<WARP>(lane < warps ? shared[lane] : T(0));\n"
BLOCK_JOIN = "    s = group_join<WARP>(lane < warps ? shared[lane] : nothing_seen());\n"
ROW_MAX = "    v = group_max<WARP>(lane < warps ? shared[lane] : -INFINITY);\n"
SYNC = "    __syncthreads();\n"

BARRIERS = [
    Fault("sum-barrier", DEVICE, SYNC + BLOCK_SUM, BLOCK_SUM,
          "a block's sum does not wait for the warps' parts", SOFTMAX + LOSS),
    Fault("sum-barrier-after", DEVICE, BLOCK_SUM + SYNC, BLOCK_SUM,
          "a block's next sum overwrites the parts of this one", SOFTMAX + LOSS),
    Fault("join-barrier", ROW_EXP, SYNC + BLOCK_JOIN, BLOCK_JOIN,
          "the joining of a long row does not wait for the warps' parts", SOFTMAX),
    Fault("max-barrier", ROWS, SYNC + ROW_MAX, ROW_MAX,
          "a block's maximum does not wait for the warps' parts", SOFTMAX),
    Fault("columns-barrier", REDUCE, "= sum;\n    __syncthreads();\n", "= sum;\n",
          "sums of columns do not wait for each other", DENSE),
    Fault("columns-early-return", REDUCE,
          "    shared[threadIdx.y][threadIdx.x] = sum;\n",
          "    if (c >= k) return;\n    shared[threadIdx.y][threadIdx.x] = sum;\n",
          "some threads return before a barrier", DENSE),
    Fault("divergent-shuffle", ENTROPY_CU, "    label_target t = {0, true, 0};\n",
          "    if (c >= k) return;\n    label_target t = {0, true, 0};\n",
          "lanes return before the others' shuffle", LOSS),
    Fault("unordered-total", REDUCE,
          "    sum = block_sum(sum, shared);\n    if (threadIdx.x == 0) sums[blockIdx.x] = sum;\n",
          "    if (threadIdx.x == 0) shared[0] = 0;\n    __syncthreads();\n    shared[0] += sum;\n"
          "    __syncthreads();\n    if (threadIdx.x == 0) sums[blockIdx.x] = shared[0];\n",
          "all threads add to one shared total at once", OPTIMIZER),
]

REDUCTIONS = [
    Fault("sum-unwritten", DEVICE, "group_sum<WARP>(lane < warps ? shared[lane] : T(0))",
          "group_sum<WARP>(shared[lane])", "a sum over shared places that no warp wrote", LOSS),
    Fault("sum-lanes", DEVICE,
          "    for (int other = WIDTH / 2; other > 0; other /= 2)\n        v +=",
          "    for (int other = WIDTH / 4; other > 0; other /= 2)\n        v +=",
          "a sum over half of the lanes", SOFTMAX),
    Fault("sum-warps", DEVICE, "warps = blockDim.x / WARP;\n    v = group_sum<WARP>(v);",
          "warps = blockDim.x / WARP - 1;\n    v = group_sum<WARP>(v);",
          "a block's sum without its last warp", LOSS),
    Fault("label-of-other-group", ENTROPY_CU, "__shfl_sync(FULL, e, t.label, WIDTH)",
          "__shfl_sync(FULL, e, t.label)", "the label's exponential from another row's lanes", LOSS),
    Fault("maximum-from-0", SOFTMAX_CU, "    float v[EACH], maximum = -INFINITY;\n",
          "    float v[EACH], maximum = 0;\n", "the maximum of a row of negative numbers is 0",
          SOFTMAX),
    Fault("nothing-seen-0", ROW_EXP, "return {-INFINITY, 0};", "return {0, 0};",
          "the maximum of a long row begins with 0", SOFTMAX),
    Fault("argmax-from-0", REDUCE, "float top = -INFINITY;", "float top = 0;",
          "the largest of a row begins with 0", LABELS),
    Fault("argmax-last-nan", REDUCE, "nan |= isnan(v);", "nan = isnan(v);",
          "a NaN is forgotten when a lane goes on", LABELS),
    Fault("join-first-warp", ROW_EXP, "i = threadIdx.x; i < gridDim.x; i += blockDim.x",
          "i = threadIdx.x % WARP; i < gridDim.x && threadIdx.x < WARP; i += blockDim.x",
          "of the parts of a row only as many are joined as a warp has lanes", VERY_LONG_ROW),
    Fault("block-stride", DEVICE, "return (size_t)gridDim.x * blockDim.x;", "return blockDim.x;",
          "blocks take each other's elements too", LOSS),
]

BOUNDS = [
    Fault("forward-reads-one-more", ACTIVATION_CU,
          "i < count; i += grid_stride())\n        y[i]",
          "i <= count; i += grid_stride())\n        y[i]",
          "an element too many read and written", ACTIVATION),
    Fault("dropout-one-more", DROPOUT_CU, "if (4 * i + j < count)", "if (4 * i + j <= count)",
          "an element too many read and written", DROPOUT),
    Fault("row-one-more", WARP_ROW, "v[i] = c < k ? x[c]", "v[i] = c <= k ? x[c]",
          "a column too many read", SOFTMAX),
    Fault("warp-row-guard", SOFTMAX_CU, "    if (row >= n) return; /* the whole warp */\n", "",
          "rows after the last are computed", SOFTMAX),
    Fault("few-row-guard", SOFTMAX_CU, "const bool here = row < n && c < k;",
          "const bool here = c < k;", "rows after the last are computed", SOFTMAX),
    Fault("few-column-guard", SOFTMAX_CU, "const bool here = row < n && c < k;",
          "const bool here = row < n;", "columns of the next row are taken for this one's", SOFTMAX),
    Fault("loss-row-guard", ENTROPY_CU, "if (row < n && c == 0) losses[row]",
          "if (c == 0) losses[row]", "losses of rows after the last are written", LOSS),
    Fault("parts-miss-columns", ROW_EXP, "(k / gridDim.x + 4) / 4 * 4", "k / gridDim.x / 4 * 4",
          "the last columns of a long row belong to no block", LONG_ROWS),
    Fault("parts-beyond-end", ROW_EXP, "return part * each < k ? part * each : k;",
          "return part * each;", "the last part of a long row goes beyond it", LONG_ROWS),
    Fault("parts-of-first-row", ROW_EXP, "states[blockIdx.y * gridDim.x + i]", "states[i]",
          "all long rows are given the first one's sums", LONG_ROWS),
    Fault("misaligned-head", SOFTMAX_CU,
          "    while (head < end && !is_aligned(x + head)) head++;\n", "",
          "four elements at a time from where a row begins, aligned or not", SOFTMAX),
    Fault("misaligned-rows", SOFTMAX_CU, "k % 4 == 0 && is_aligned(x) && is_aligned(y)", "k >= 4",
          "four elements at a time in rows of any length", SOFTMAX),
    Fault("misaligned-tensor", SOFTMAX_CU, "k % 4 == 0 && is_aligned(x) && is_aligned(y)",
          "k % 4 == 0", "four elements at a time, wherever the tensor begins", SOFTMAX),
    Fault("misaligned-input", ACTIVATION_CU, "= is_aligned(x) && is_aligned(y);",
          "= is_aligned(y);", "four elements at a time, wherever the input begins", ACTIVATION),
    Fault("misaligned-gradient", ACTIVATION_CU, "is_aligned(source) && is_aligned(dy) && ",
          "is_aligned(source) && ", "the same of a gradient", ACTIVATION),
    Fault("misaligned-dropout", DROPOUT_CU, "= is_aligned(x) && is_aligned(y);", "= true;",
          "the same of what dropout reads and writes", DROPOUT),
    Fault("misaligned-loss", ENTROPY_CU, "is_aligned(x) && (!dx || is_aligned(dx + row * k))",
          "is_aligned(x)", "the same of the gradient of a loss", LOSS),
    Fault("misaligned-loss-head", ENTROPY_CU,
          "    if (!is_aligned(dx + head)) head = end; /* they are not aligned alike */\n", "",
          "the same in long rows", LOSS),
    Fault("columns-miss-rows", REDUCE, "n / gridDim.y + (n % gridDim.y > 0)", "n / gridDim.y",
          "the last rows belong to no block", DENSE),
]

FORMULAS = [
    Fault("label-after-barrier", ENTROPY_CU, "label_row_of(block_join(s, shared), logit)",
          "label_row_of(block_join(s, shared), x[row * k + t.label])",
          "the label's logit is read when the gradient may be in its place", LOSS),
    Fault("label-in-place", ENTROPY_CU, "label_row_of(join_parts(states, shared), logits[row])",
          "label_row_of(join_parts(states, shared), x[row * k + t.label])",
          "the same, of a row that several blocks share", LONG_ROWS),
    Fault("ignore-index", ENTROPY_CU, "t.ignored = t.label == ignore_index;",
          "t.ignored = false;", "ignored rows count", LOSS),
    Fault("ignored-nan", ENTROPY_CU, "    if (t.ignored) return 0; /* even of NaN */\n", "",
          "an ignored long row of NaN has a gradient of NaN", LOSS),
    Fault("class-weight", ENTROPY_CU, "class_weights ? class_weights[t.label] : 1", "1",
          "class weights are forgotten", LOSS),
    Fault("nan-becomes-0", ROW_EXP, "if (power < -126) return 0;",
          "if (!(power >= -126)) return 0;", "the exponential of NaN is 0", SOFTMAX),
    Fault("minus-infinity", ROW_EXP, "} else if (x != -INFINITY) {", "} else {",
          "-Inf at the beginning of a row makes it NaN", SOFTMAX),
    Fault("dot-of-others", BACKWARD_CU, "c < k; c += g.size) dot = fmaf",
          "c + 1 < k; c += g.size) dot = fmaf", "a column is missing in the sum", SOFTMAX),
    Fault("jacobian-transposed", BACKWARD_CU, "scaled * ((a == b) - p[b])",
          "scaled * ((a == b) - p[a])", "another probability in the Jacobian", SOFTMAX),
    Fault("temperature", BACKWARD_CU, "((double)x - (double)maximum) / (double)temperature",
          "((double)x - (double)maximum)", "the temperature is forgotten", SOFTMAX),
    Fault("philox", DROPOUT_CU, "k1 += 0xBB67AE85u;", "k1 += 0xBB67AE86u;",
          "a constant of Philox", DROPOUT),
    Fault("beta2", OPTIMIZER_CU, "fmaf((1 - beta2) * g,", "fmaf((1 - beta1) * g,",
          "Adam's second moment with beta1", OPTIMIZER),
    Fault("bias-correction", ELEMENTWISE_C, "tg_adam_factors_of(rule, step)",
          "tg_adam_factors_of(rule, step + 1)", "Adam's correction for the next step",
          OPTIMIZER),
    Fault("nesterov", OPTIMIZER_CU, "nesterov ? fmaf(momentum, v, g) : v",
          "nesterov ? v : fmaf(momentum, v, g)", "Nesterov's step where it is not asked for",
          OPTIMIZER),
]

PRODUCTS = [
    Fault("gemm-leading", DENSE_C, "p->b_transposed ? terms : n", "p->b_transposed ? n : terms",
          "the leading dimension of the other order", DENSE),
    Fault("gemm-transposed", DENSE_C,
          "p->a_transposed ? TG_CUBLAS_TRANSPOSE : TG_CUBLAS_NO_TRANSPOSE, n",
          "p->a_transposed ? TG_CUBLAS_NO_TRANSPOSE : TG_CUBLAS_TRANSPOSE, n",
          "a matrix transposed the wrong way", DENSE),
    Fault("gemm-adds", DENSE_C, "&zero, p->c", "&one, p->c",
          "a product is added to what was there", DENSE),
    Fault("gemm-empty", DENSE_C, "if (p->terms == 0) return fill_zero(device, p->c, p->m * p->n);",
          "if (p->terms == 0) return TG_OK;", "a product without terms is not written", DENSE),
]

LAUNCHES = [
    Fault("grid-rows", SOFTMAX_C, "n / choice.rows + (n % choice.rows > 0)", "n / choice.rows",
          "no block for the last rows", SOFTMAX),
    Fault("grid-columns", DENSE_C, "columns = k / TG_CUDA_BLOCK + (k % TG_CUDA_BLOCK > 0)",
          "columns = k / TG_CUDA_BLOCK + (k < TG_CUDA_BLOCK)", "no block for the last columns",
          DENSE),
    Fault("grid-swapped", SOFTMAX_C, "grid = {parts, (unsigned)n}", "grid = {(unsigned)n, parts}",
          "rows and parts of long rows swapped", LONG_ROWS),
    Fault("kernel-too-short", SOFTMAX_C, "(k % TG_CUDA_WARP > 0) <= each",
          "(k % TG_CUDA_WARP > 1) <= each", "rows of one column too many for their kernel", SOFTMAX),
    Fault("arguments-swapped", SOFTMAX_C, "void **plain = TG_CUDA_ARGUMENTS(&n, &k, (void *)&y, "
          "(void *)&dy, &dx);", "void **plain = TG_CUDA_ARGUMENTS(&n, &k, (void *)&dy, (void *)&y, "
          "&dx);", "two arguments of a kernel swapped", SOFTMAX),
    Fault("sizes-swapped", DENSE_C, "TG_CUDA_ARGUMENTS(&slope, &n, &k,",
          "TG_CUDA_ARGUMENTS(&slope, &k, &n,", "rows and columns swapped", DENSE),
    Fault("host-pointer", REDUCE_C, "n, k, x, labels));\n    return tg_cuda_to_host",
          "n, k, x, host_labels));\n    return tg_cuda_to_host",
          "a kernel is given memory of the host", LABELS),
    Fault("default-stream", LAUNCH_C, "0, device->stream, arguments, NULL",
          "0, NULL, arguments, NULL", "kernels on the default stream", SOFTMAX),
    Fault("cublas-stream", CUDA_C,
          "    TG_TRY(TG_CU(device, cublasSetStream_v2, device->cublas, device->stream));\n", "",
          "cuBLAS on the default stream", DENSE),
]

MEMORY = [
    Fault("to-host-no-wait", CUDA_C, "    return wait_for(device);\n}", "    return TG_OK;\n}",
          "the host reads before a copy is done", SOFTMAX),
    Fault("to-device-less", CUDA_C, "cuMemcpyHtoDAsync_v2, to, host, bytes,",
          "cuMemcpyHtoDAsync_v2, to, host, bytes - 1,", "the last byte is not copied", SOFTMAX),
    Fault("stale-labels", LOSS_C,
          "    TG_TRY(tg_cuda_to_device(device, targets.labels, l->labels, labels));\n",
          "    static size_t before;\n    if (before != labels)\n"
          "        TG_TRY(tg_cuda_to_device(device, targets.labels, l->labels, labels));\n"
          "    before = labels;\n",
          "labels of the batch before, where there are as many", LOSS),
    Fault("scratch-half", CUDA_C, "tg_cuda_allocate(device, total, &room->memory)",
          "tg_cuda_allocate(device, total / 2, &room->memory)", "scratch of half its size", LOSS),
    Fault("states-half", SOFTMAX_C, "n * parts * 2 * sizeof(float)", "n * parts * sizeof(float)",
          "room for half of a long row's parts", VERY_LONG_ROW),
    Fault("loss-states-half", LOSS_C, "n * parts * 2 * sizeof(float)", "n * parts * sizeof(float)",
          "the same for the loss", VERY_LONG_ROW),
    Fault("scratch-overlaps", CUDA_C, "        (void)add_place(&next, sizes[i]);\n", "",
          "all places in scratch are one", LOSS),
    Fault("scratch-not-grown", CUDA_C, "    if (total > room->bytes) {\n",
          "    if (!room->memory) {\n", "scratch stays as small as at first", LOSS),
    Fault("release-early", CUDA_C,
          "    tg_cuda_settle(cuda); /* it may still be in use */\n", "",
          "memory is freed while kernels have it to do", SOFTMAX + FAILING),
    Fault("no-pop", CUDA_C, "const int result = device->driver.cuCtxPopCurrent_v2(&context);",
          "const int result = 0;\n    (void)context;", "the context stays current", FAILING),
    Fault("no-unlock", CUDA_C,
          "    pthread_mutex_unlock(&device->lock);\n    return status ? status",
          "    return status ? status", "the lock is kept", OPENING),
    Fault("leaks-module", CUDA_C,
          "    if (device->module) (void)driver->cuModuleUnload(device->module);\n", "",
          "the module is not unloaded", FAILING),
    Fault("leaks-stream", CUDA_C,
          "    if (device->stream) (void)driver->cuStreamDestroy_v2(device->stream);\n", "",
          "the stream is not destroyed", FAILING),
    Fault("leaks-workspace", CUDA_C,
          "    if (device->workspace) (void)driver->cuMemFree_v2(device->workspace);\n", "",
          "cuBLAS's workspace is not freed", FAILING),
    Fault("leaks-scratch", CUDA_C,
          "    if (device->room.memory) (void)driver->cuMemFree_v2(device->room.memory);\n", "",
          "scratch is not freed", FAILING),
    Fault("leaks-cublas", CUDA_C,
          "    if (device->cublas) (void)driver->cublasDestroy_v2(device->cublas);\n", "",
          "cuBLAS's handle is not destroyed", FAILING),
    Fault("leaks-context", CUDA_C,
          "        (void)cuda->driver.cuDevicePrimaryCtxRelease_v2(cuda->ordinal);\n", "",
          "the context is not released", FAILING),
    Fault("workspace-before-cublas", CUDA_C,
          "    if (device->cublas) (void)driver->cublasDestroy_v2(device->cublas);\n"
          "    if (device->workspace) (void)driver->cuMemFree_v2(device->workspace);\n",
          "    if (device->workspace) (void)driver->cuMemFree_v2(device->workspace);\n"
          "    if (device->cublas) (void)driver->cublasDestroy_v2(device->cublas);\n",
          "the workspace is freed while cuBLAS has it", FAILING),
    Fault("error-forgotten", CUDA_C, "    if (!device->lost[0]) return TG_OK;\n",
          "    return TG_OK;\n", "what nobody heard of is forgotten", FAILING),
]

TRAINING = [
    Fault("batch-overwritten", STEPS_C,
          "    if (s->used) TG_TRY(TG_CU(device, cuStreamWaitEvent, steps->sending, s->taken, 0));\n",
          "", "a batch is sent before the one in its place was taken", STEPS),
    Fault("batch-too-early", STEPS_C,
          "    TG_TRY(TG_CU(device, cuStreamWaitEvent, device->stream, s->sent, 0));\n", "",
          "a step takes a batch that was not sent yet", STEPS),
    Fault("pinned-reused", STEPS_C, "    if (!s->used) return TG_OK;\n",
          "    if (s->memory) return TG_OK;\n", "the host writes a batch that is still to be sent",
          STEPS),
    Fault("recorded-scratch", STEPS_C, "device->scratch = &r->scratch;",
          "device->scratch = &device->room;", "a graph uses scratch that others may free", STEPS),
    Fault("leaks-graph", STEPS_C,
          "        if (r->graph) (void)driver->cuGraphExecDestroy(r->graph);\n", "",
          "the graph of a step is not destroyed", STEPS),
    Fault("leaks-pinned", STEPS_C,
          "        if (s->pinned) (void)driver->cuMemFreeHost(s->pinned);\n", "",
          "memory for batches is not freed", STEPS),
    Fault("counter-stands", STEP_CU, "    if (!step->stopped) step->at++;\n",
          "    if (!step->stopped && step->at == 0) step->at++;\n",
          "the counter of steps is raised once", STEPS),
    Fault("goes-on", STEP_CU, "    if (!isfinite(loss)) step->stopped = 1;\n", "",
          "a loss that is not finite stops nothing", STEPS),
    Fault("later-loss", STEP_CU, "    if (threadIdx.x > 0 || step->stopped) return;\n",
          "    if (threadIdx.x > 0) return;\n",
          "the loss that stopped training is overwritten", STEPS),
    Fault("factor-stays", STEP_CU, "    step->factor = 1;\n", "",
          "a step's gradients are scaled as those of the one before", STEPS),
    Fault("first-batch", STEP_CU, "order[first + row]", "order[row]",
          "each step gathers the epoch's first samples", STEPS),
    Fault("weights-go-on", OPTIMIZER_CU,
          "        if (step->stopped) return;\n        factor = step->factor;\n"
          "        rate = now(step)->rate;\n        keep",
          "        factor = step->factor;\n        rate = now(step)->rate;\n        keep",
          "SGD changes weights after a loss that is not finite", STEPS),
    Fault("rate-of-recording", OPTIMIZER_CU,
          "        rate = now(step)->rate;\n        root", "        root",
          "Adam's rate is that of the step that was recorded", STEPS),
    Fault("mask-of-recording", DROPOUT_CU, "    if (step) stream += now(step)->dropout;\n", "",
          "the mask of dropout is that of the step that was recorded", STEPS),
    Fault("scale-of-recording", STEP_CUH, "return step ? now(step)->scale : scale;",
          "return step ? step->numbers->scale : scale;",
          "the scale of a loss is that of the first step", STEPS),
    Fault("last-shape", STEPS_C,
          "        if (steps->recordings[i].count == count || steps->recordings[i].count == 0)\n",
          "        if (steps->recordings[i].count >= count || steps->recordings[i].count == 0)\n",
          "the last batch of an epoch takes the graph of the others", STEPS),
    Fault("numbers-shifted", STEPS_C, "made + first, steps->numbers + first,",
          "made + first, steps->numbers,", "after a resumed epoch each step takes another's numbers",
          [Test("train.fit", native=True)]),
    Fault("weights-not-sent", STEPS_C,
          "        TG_TRY(tg_cuda_to_device(device, setup->class_weights, steps->class_weights, weights));\n",
          "", "class weights stay on the host", STEPS),
]

FAULTS = BARRIERS + REDUCTIONS + BOUNDS + FORMULAS + PRODUCTS + LAUNCHES + MEMORY + TRAINING
