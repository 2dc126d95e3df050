/* SPDX-License-Identifier: MIT */
/* Who touched which word of memory during a launch, and so whether two threads race.
 *
 * Two accesses of one word race unless both read, or both are atomic, or one happened before the
 * other, by barriers of their block. Nothing orders two blocks of a launch: a race is found
 * whichever of them ran first.
 *
 * A word has four bytes, until it is touched in smaller parts: then its page is watched byte by
 * byte. */
#ifndef TIGRILLO_PTX_SHADOW_H
#define TIGRILLO_PTX_SHADOW_H

#include <cstdint>
#include <memory>
#include <vector>

#include "ptx_clocks.h"

namespace ptx {

enum class Mode : uint8_t { read, write, atomic };

/* One access; that of clock 0 is none. */
struct Access {
    uint32_t block = 0, clock = 0;
    uint32_t thread : 10;
    uint32_t instruction : 22;
    Access() : thread(0), instruction(0) {
    }
};

/* Enough of many accesses to race with whatever any of them races with: two of one block, and one
 * of another block if there is one. Of three or more threads of a block, those of two warps are
 * kept. */
struct AccessSet {
    Access first, second, foreign;

    const Access *unordered(const Access &now, const Clocks &clocks) const;
    void add(const Access &now, const Clocks &clocks);
};

struct Cell {
    uint64_t epoch = 0;     /* what was noted in another one means nothing */
    bool atomic = false;    /* what the writers are */
    bool read_only = false; /* it was read with ld.global.nc */
    AccessSet writers, readers;
};

struct Conflict {
    enum Kind { none, with_writer, with_reader, read_only_written, written_read_only };
    Kind kind = none;
    Access other;
    uint64_t offset = 0; /* of the word or byte */
};

class Shadow {
  public:
    explicit Shadow(uint64_t size) : pages((size + PAGE - 1) / PAGE) {
    }

    /* Forgets all, if this epoch is not the one before: epochs are never used again. */
    void set_epoch(uint64_t number) {
        epoch = number;
    }

    Conflict note(uint64_t offset, unsigned size, Mode mode, bool read_only, const Access &now,
                  const Clocks &clocks);

  private:
    enum : uint64_t { PAGE = 1024 };
    struct Page {
        bool bytes = false;
        std::unique_ptr<Cell[]> cells;
    };
    uint64_t epoch = 0;
    std::vector<Page> pages;

    static void split(Page &page);
};

} // namespace ptx

#endif
