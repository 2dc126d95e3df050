/* SPDX-License-Identifier: MIT */
#include "cpu/blas.h"

#include <cblas.h>
#include <pthread.h>

/* State that belongs to OpenBLAS's own global setting, not to any object of ours. */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static int computing, application_threads, present_threads;

void tg_blas_begin(int threads) {
    pthread_mutex_lock(&lock);
    if (computing++ == 0) {
        application_threads = openblas_get_num_threads();
        present_threads = threads;
        if (present_threads != application_threads) openblas_set_num_threads(present_threads);
    }
    pthread_mutex_unlock(&lock);
}

void tg_blas_end(void) {
    pthread_mutex_lock(&lock);
    if (--computing == 0 && present_threads != application_threads)
        openblas_set_num_threads(application_threads);
    pthread_mutex_unlock(&lock);
}
