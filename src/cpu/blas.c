/* SPDX-License-Identifier: MIT */
#include "cpu/blas.h"

#ifdef TG_OPENBLAS /* by CMakeLists.txt */

#include <cblas.h>
#include <limits.h>
#include <pthread.h>

/* State that belongs to OpenBLAS's own global setting, not to any object of ours. */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static int computing, application_threads, present_threads;

static void begin(int threads) {
    pthread_mutex_lock(&lock);
    if (computing++ == 0) {
        application_threads = openblas_get_num_threads();
        present_threads = threads;
        if (present_threads != application_threads) openblas_set_num_threads(present_threads);
    }
    pthread_mutex_unlock(&lock);
}

static void end(void) {
    pthread_mutex_lock(&lock);
    if (--computing == 0 && present_threads != application_threads)
        openblas_set_num_threads(application_threads);
    pthread_mutex_unlock(&lock);
}

bool tg_blas_takes(size_t m, size_t n, size_t k) {
    return m <= INT_MAX && n <= INT_MAX && k <= INT_MAX;
}

void tg_blas_multiply(int threads, const tg_blas_product *p) {
    const int m = (int)p->m, n = (int)p->n, k = (int)p->k;
    begin(threads);
    cblas_sgemm(CblasRowMajor, p->a_transposed ? CblasTrans : CblasNoTrans,
                p->b_transposed ? CblasTrans : CblasNoTrans, m, n, k, p->factor, p->a,
                p->a_transposed ? m : k, p->b, p->b_transposed ? k : n, p->keep, p->c, n);
    end();
}

#else

bool tg_blas_takes(size_t m, size_t n, size_t k) {
    (void)m, (void)n, (void)k;
    return false;
}

void tg_blas_multiply(int threads, const tg_blas_product *p) {
    (void)threads, (void)p;
}

#endif
