// SPDX-License-Identifier: Apache-2.0
#include "capture/ring.hpp"

#include <sys/mman.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <utility>

#include "base/check.hpp"

namespace sensor::capture {
namespace {

constexpr std::uint32_t kBusy = 1U << 31;
constexpr std::uint32_t kDiscarded = 1U << 30;
constexpr std::size_t kHeader = 8;

// The kernel writes these words while we read them.
template <typename T>
T load_acquire(const T* p) noexcept {
    return __atomic_load_n(p, __ATOMIC_ACQUIRE);
}

}  // namespace

Result<Ring> Ring::map(int fd, std::size_t bytes) {
    const auto page = static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
    void* const consumer = ::mmap(nullptr, page, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (consumer == MAP_FAILED) return errno_error("cannot map a ring buffer", errno);
    void* const producer =
        ::mmap(nullptr, page + 2 * bytes, PROT_READ, MAP_SHARED, fd, static_cast<off_t>(page));
    if (producer == MAP_FAILED) {
        const int err = errno;
        ::munmap(consumer, page);
        return errno_error("cannot map a ring buffer", err);
    }
    Ring ring(static_cast<std::uint64_t*>(consumer), static_cast<const std::uint64_t*>(producer),
              static_cast<const std::byte*>(producer) + page, bytes);
    ring.consumer_page_ = consumer;
    ring.producer_pages_ = producer;
    return ring;
}

Ring::Ring(std::uint64_t* consumer, const std::uint64_t* producer, const std::byte* data,
           std::size_t bytes)
    : consumer_(consumer),
      producer_(producer),
      data_(data),
      mask_(bytes - 1),
      scan_(load_acquire(consumer)) {
    SENSOR_CHECK(bytes != 0 && (bytes & (bytes - 1)) == 0);
}

Ring::Ring(Ring&& other) noexcept
    : consumer_(other.consumer_),
      producer_(other.producer_),
      data_(other.data_),
      mask_(other.mask_),
      scan_(other.scan_),
      consumer_page_(std::exchange(other.consumer_page_, nullptr)),
      producer_pages_(std::exchange(other.producer_pages_, nullptr)) {}

Ring::~Ring() {
    if (consumer_page_ == nullptr) return;
    const auto page = static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
    ::munmap(consumer_page_, page);
    ::munmap(producer_pages_, page + 2 * bytes());
}

Ring::Next Ring::next(std::span<const std::byte>& record) noexcept {
    const std::uint64_t end = load_acquire(producer_);
    while (scan_ < end) {
        const std::byte* at = data_ + (scan_ & mask_);
        const std::uint32_t word = load_acquire(reinterpret_cast<const std::uint32_t*>(at));
        if ((word & kBusy) != 0) return Next::Busy;
        const std::size_t length = word & ~(kBusy | kDiscarded);
        scan_ += (length + kHeader + 7) & ~std::size_t{7};
        if ((word & kDiscarded) != 0) continue;
        record = {at + kHeader, length};
        return Next::Record;
    }
    return Next::Empty;
}

void Ring::release(std::uint64_t position) noexcept {
    __atomic_store_n(consumer_, position, __ATOMIC_RELEASE);
}

}  // namespace sensor::capture
