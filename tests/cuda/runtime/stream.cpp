/* SPDX-License-Identifier: MIT */
/* Streams and events: the functions of the API. */
#include "stream.h"

#include "entry.h"
#include "report.h"

void stream_check(CUstream stream) {
    if (!stream || stream == CU_STREAM_LEGACY || stream == CU_STREAM_PER_THREAD)
        fail("work on the default stream, which waits for all others: use one made by "
             "cuStreamCreate()");
    check_object(stream, "stream");
}

static void check_event(CUevent event) {
    check_object(event, "event");
}

static void check_recorded(CUevent event) {
    check_event(event);
    if (!event->task && !event->capture)
        fail("%s was never recorded: to wait for it waits for nothing", event->name().c_str());
}

CUresult stream_add(CUstream stream, Operation operation) {
    if (stream->capture) {
        Capture &capture = *stream->capture;
        if (capture.invalid) return CUDA_ERROR_STREAM_CAPTURE_INVALIDATED;
        capture.nodes.push_back({std::move(operation), stream->after});
        stream->after = {capture.nodes.size() - 1};
        return CUDA_SUCCESS;
    }
    if (operation.at_call) operation.at_call();
    stream->last = task_queue(std::move(operation.run), {stream->last});
    return CUDA_SUCCESS;
}

CUresult cuStreamCreate(CUstream *stream, unsigned flags) {
    const Entry entry("cuStreamCreate");
    if (entry.fails()) return entry.error();
    if (!stream || (flags & ~static_cast<unsigned>(CU_STREAM_NON_BLOCKING)))
        return CUDA_ERROR_INVALID_VALUE;
    *stream = new CUstream_st;
    return CUDA_SUCCESS;
}

/* What is queued still runs, as the driver promises. */
CUresult cuStreamDestroy(CUstream stream) {
    const Entry entry("cuStreamDestroy");
    const CUresult result = entry.result();
    stream_check(stream);
    capture_leave(stream);
    end_object(stream, "stream");
    stream->last = nullptr;
    return result;
}

CUresult cuStreamSynchronize(CUstream stream) {
    const Entry entry("cuStreamSynchronize");
    if (entry.fails()) return entry.error();
    stream_check(stream);
    if (const CUresult forbidden = capture_check_stream(stream)) return forbidden;
    if (const CUresult forbidden = capture_check()) return forbidden;
    task_wait(stream->last);
    return CUDA_SUCCESS;
}

CUresult cuStreamWaitEvent(CUstream stream, CUevent event, unsigned flags) {
    const Entry entry("cuStreamWaitEvent");
    if (entry.fails()) return entry.error();
    stream_check(stream);
    check_recorded(event);
    if (flags) return CUDA_ERROR_INVALID_VALUE;
    if (stream->capture || event->capture) return capture_wait(stream, event);
    stream->last = task_queue(nullptr, {stream->last, event->task});
    return CUDA_SUCCESS;
}

CUresult cuEventCreate(CUevent *event, unsigned flags) {
    const Entry entry("cuEventCreate");
    if (entry.fails()) return entry.error();
    const unsigned known = CU_EVENT_BLOCKING_SYNC | CU_EVENT_DISABLE_TIMING;
    if (!event || (flags & ~known)) return CUDA_ERROR_INVALID_VALUE;
    *event = new CUevent_st;
    (*event)->has_timing = !(flags & CU_EVENT_DISABLE_TIMING);
    return CUDA_SUCCESS;
}

CUresult cuEventDestroy(CUevent event) {
    const Entry entry("cuEventDestroy");
    const CUresult result = entry.result();
    end_object(event, "event");
    event->task = nullptr;
    event->capture = nullptr;
    return result;
}

CUresult cuEventRecord(CUevent event, CUstream stream) {
    const Entry entry("cuEventRecord");
    if (entry.fails()) return entry.error();
    check_event(event);
    stream_check(stream);
    if (stream->capture) return capture_record(event, stream);
    event->capture = nullptr;
    event->task = stream->last = task_queue(nullptr, {stream->last});
    return CUDA_SUCCESS;
}

CUresult cuEventSynchronize(CUevent event) {
    const Entry entry("cuEventSynchronize");
    if (entry.fails()) return entry.error();
    check_recorded(event);
    if (event->capture) return CUDA_ERROR_CAPTURED_EVENT;
    if (const CUresult forbidden = capture_check()) return forbidden;
    task_wait(event->task);
    return CUDA_SUCCESS;
}

CUresult cuEventQuery(CUevent event) {
    const Entry entry("cuEventQuery");
    if (entry.fails()) return entry.error();
    check_recorded(event);
    if (event->capture) return CUDA_ERROR_CAPTURED_EVENT;
    if (const CUresult forbidden = capture_check()) return forbidden;
    if (!event->task->done) {
        task_run_one(); /* so that a loop of queries ends */
        return CUDA_ERROR_NOT_READY;
    }
    return CUDA_SUCCESS;
}

static CUresult elapsed(float *milliseconds, CUevent start, CUevent end) {
    const Entry entry("cuEventElapsedTime");
    if (entry.fails()) return entry.error();
    check_recorded(start);
    check_recorded(end);
    if (!milliseconds) return CUDA_ERROR_INVALID_VALUE;
    if (!start->has_timing || !end->has_timing) return CUDA_ERROR_INVALID_HANDLE;
    if (start->capture || end->capture) return CUDA_ERROR_CAPTURED_EVENT;
    if (!start->task->done || !end->task->done) return CUDA_ERROR_NOT_READY;
    *milliseconds = static_cast<float>(end->task->time - start->task->time);
    return CUDA_SUCCESS;
}

/* cuda.h of CUDA 13 gives this function a second name; which one a program asks for depends on the
 * version that it was written for. */
#ifdef cuEventElapsedTime
#undef cuEventElapsedTime
extern "C" __attribute__((visibility("default"))) CUresult CUDAAPI
cuEventElapsedTime(float *milliseconds, CUevent start, CUevent end) {
    return elapsed(milliseconds, start, end);
}
#define cuEventElapsedTime cuEventElapsedTime_v2
#endif
CUresult cuEventElapsedTime(float *milliseconds, CUevent start, CUevent end) {
    return elapsed(milliseconds, start, end);
}
