/* SPDX-License-Identifier: MIT */
/* What every function of the API does first: take the lock, note its name for messages, count
 * itself for the injection of failures, and ask for a current context. */
#ifndef TIGRILLO_CUDA_ENTRY_H
#define TIGRILLO_CUDA_ENTRY_H

#include "api.h"

enum class Needs { nothing, initialization, context };

class Entry {
  public:
    explicit Entry(const char *name, Needs needs = Needs::context);
    ~Entry();
    Entry(const Entry &) = delete;
    Entry &operator=(const Entry &) = delete;

    /* Whether this is the call that shall fail. The function then does nothing and returns error(),
     * or CUDA_ERROR_OUT_OF_MEMORY. But what frees, destroys, releases, pops or ends something
     * begins with result(), does its work, and returns that. */
    bool fails() const {
        return failing;
    }
    /* CUDA_ERROR_UNKNOWN. Drops what streams still had to do. */
    CUresult error() const;
    CUresult result() const {
        return failing ? error() : CUDA_SUCCESS;
    }

  private:
    const char *outer;
    bool failing;
};

#endif
