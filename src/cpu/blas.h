/* SPDX-License-Identifier: MIT */
/* OpenBLAS's number of threads, kept as the application set it.
 *
 * OpenBLAS has one number of threads for the whole process. A device has its own, so it is set
 * around the matrix products and put back behind them. While several threads compute at once, the
 * first one's number holds for all of them, and the application's comes back when the last leaves.
 */
#ifndef TG_CPU_BLAS_H
#define TG_CPU_BLAS_H

void tg_blas_begin(int threads);
void tg_blas_end(void);

#endif
