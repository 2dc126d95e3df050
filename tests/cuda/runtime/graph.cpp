/* SPDX-License-Identifier: MIT */
/* Capture of streams, and graphs. */
#include "entry.h"
#include "report.h"
#include "stream.h"
#include <algorithm>

static std::vector<CapturePointer> &captures() {
    static auto *result = new std::vector<CapturePointer>; /* those that have not ended */
    return *result;
}

static bool contains(const NodeNumbers &numbers, std::size_t number) {
    return std::find(numbers.begin(), numbers.end(), number) != numbers.end();
}

CUresult capture_check() {
    bool forbidden = false;
    for (const CapturePointer &capture : captures()) {
        const bool global = capture->mode == CU_STREAM_CAPTURE_MODE_GLOBAL;
        const bool own = capture->mode == CU_STREAM_CAPTURE_MODE_THREAD_LOCAL &&
                         capture->thread == std::this_thread::get_id();
        if (!global && !own) continue;
        capture->invalid = forbidden = true;
    }
    return forbidden ? CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED : CUDA_SUCCESS;
}

CUresult capture_check_stream(CUstream stream) {
    if (!stream->capture) return CUDA_SUCCESS;
    stream->capture->invalid = true;
    return CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED;
}

CUresult capture_record(CUevent event, CUstream stream) {
    if (stream->capture->invalid) return CUDA_ERROR_STREAM_CAPTURE_INVALIDATED;
    event->task = nullptr;
    event->capture = stream->capture;
    event->after = stream->after;
    return CUDA_SUCCESS;
}

CUresult capture_wait(CUstream stream, CUevent event) {
    if (!event->capture || event->capture->ended) {
        if (!stream->capture) return CUDA_ERROR_CAPTURED_EVENT;
        stream->capture->invalid = true; /* a graph cannot wait for what is outside of it */
        return CUDA_ERROR_STREAM_CAPTURE_ISOLATION;
    }
    if (event->capture->invalid || (stream->capture && stream->capture->invalid))
        return CUDA_ERROR_STREAM_CAPTURE_INVALIDATED;
    if (stream->capture && stream->capture != event->capture) {
        stream->capture->invalid = event->capture->invalid = true;
        return CUDA_ERROR_STREAM_CAPTURE_MERGE;
    }
    if (!stream->capture) {
        stream->capture = event->capture;
        stream->after.clear();
        stream->capture->streams.push_back(stream);
    }
    for (const std::size_t number : event->after)
        if (!contains(stream->after, number)) stream->after.push_back(number);
    return CUDA_SUCCESS;
}

void capture_leave(CUstream stream) {
    if (!stream->capture) return;
    Capture &capture = *stream->capture;
    capture.invalid = true;
    auto &streams = capture.streams;
    streams.erase(std::remove(streams.begin(), streams.end(), stream), streams.end());
    stream->capture = nullptr;
}

/* Every node must come before the end of the origin: no stream that forked may be left apart. */
static bool is_joined(const Capture &capture) {
    std::vector<bool> followed(capture.nodes.size());
    for (const Node &node : capture.nodes)
        for (const std::size_t number : node.after) followed[number] = true;
    for (std::size_t i = 0; i < followed.size(); i++)
        if (!followed[i] && !contains(capture.origin->after, i)) return false;
    return true;
}

static void end(const CapturePointer &capture) {
    capture->ended = true;
    for (const CUstream stream : capture->streams) {
        stream->capture = nullptr;
        stream->after.clear();
    }
    captures().erase(std::remove(captures().begin(), captures().end(), capture), captures().end());
}

CUresult cuStreamBeginCapture(CUstream stream, CUstreamCaptureMode mode) {
    const Entry entry("cuStreamBeginCapture");
    if (entry.fails()) return entry.error();
    stream_check(stream);
    if (stream->capture) return CUDA_ERROR_ILLEGAL_STATE;
    auto capture = std::make_shared<Capture>();
    capture->origin = stream;
    capture->mode = mode;
    capture->thread = std::this_thread::get_id();
    capture->streams = {stream};
    stream->capture = capture;
    stream->after.clear();
    captures().push_back(capture);
    return CUDA_SUCCESS;
}

CUresult cuStreamEndCapture(CUstream stream, CUgraph *graph) {
    const Entry entry("cuStreamEndCapture");
    const CUresult result = entry.result();
    stream_check(stream);
    if (!graph) return CUDA_ERROR_INVALID_VALUE;
    *graph = nullptr;
    const CapturePointer capture = stream->capture;
    if (!capture) return CUDA_ERROR_ILLEGAL_STATE;
    if (capture->origin != stream) return CUDA_ERROR_STREAM_CAPTURE_UNMATCHED;
    if (capture->mode != CU_STREAM_CAPTURE_MODE_RELAXED &&
        capture->thread != std::this_thread::get_id())
        return CUDA_ERROR_STREAM_CAPTURE_WRONG_THREAD;
    const bool joined = is_joined(*capture);
    end(capture);
    if (result) return result;
    if (capture->invalid) return CUDA_ERROR_STREAM_CAPTURE_INVALIDATED;
    if (!joined) return CUDA_ERROR_STREAM_CAPTURE_UNJOINED;
    *graph = new CUgraph_st;
    (*graph)->nodes = std::move(capture->nodes);
    return CUDA_SUCCESS;
}

CUresult cuStreamIsCapturing(CUstream stream, CUstreamCaptureStatus *status) {
    const Entry entry("cuStreamIsCapturing");
    if (entry.fails()) return entry.error();
    stream_check(stream);
    if (!status) return CUDA_ERROR_INVALID_VALUE;
    *status = !stream->capture           ? CU_STREAM_CAPTURE_STATUS_NONE
              : stream->capture->invalid ? CU_STREAM_CAPTURE_STATUS_INVALIDATED
                                         : CU_STREAM_CAPTURE_STATUS_ACTIVE;
    return CUDA_SUCCESS;
}

CUresult cuGraphInstantiateWithFlags(CUgraphExec *executable, CUgraph graph,
                                     unsigned long long flags) {
    const Entry entry("cuGraphInstantiateWithFlags");
    if (entry.fails()) return entry.error();
    check_object(graph, "graph");
    if (!executable || flags) return CUDA_ERROR_INVALID_VALUE;
    *executable = new CUgraphExec_st;
    (*executable)->nodes = graph->nodes;
    return CUDA_SUCCESS;
}

/* Nodes follow what was in the stream, each other as they were captured, and the last launch of the
 * same graph; and nothing else. */
CUresult cuGraphLaunch(CUgraphExec executable, CUstream stream) {
    const Entry entry("cuGraphLaunch");
    if (entry.fails()) return entry.error();
    check_object(executable, "executable graph");
    stream_check(stream);
    if (const CUresult forbidden = capture_check_stream(stream)) return forbidden;
    std::vector<TaskPointer> tasks;
    for (const Node &node : executable->nodes) {
        std::vector<TaskPointer> after = {stream->last, executable->last};
        for (const std::size_t number : node.after) after.push_back(tasks[number]);
        if (node.operation.at_call) node.operation.at_call();
        tasks.push_back(task_queue(node.operation.run, after));
    }
    tasks.push_back(stream->last);
    stream->last = executable->last = task_queue(nullptr, tasks);
    return CUDA_SUCCESS;
}

CUresult cuGraphExecDestroy(CUgraphExec executable) {
    const Entry entry("cuGraphExecDestroy");
    const CUresult result = entry.result();
    end_object(executable, "executable graph");
    executable->nodes.clear();
    executable->last = nullptr;
    return result;
}

CUresult cuGraphDestroy(CUgraph graph) {
    const Entry entry("cuGraphDestroy");
    const CUresult result = entry.result();
    end_object(graph, "graph");
    graph->nodes.clear();
    return result;
}
