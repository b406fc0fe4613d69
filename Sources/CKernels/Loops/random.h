// Blocks of Philox4x32-10, as many side by side as a vector has 64-bit lanes; each lane holds one
// 32-bit word, so that products are whole.

static void NAME(philox)(const sg_philox *g, uint64_t first, uint64_t stride, uint32_t *out,
                         size_t count) {
  const size_t lanes = LANES(u64);
  for (size_t i = 0; i < count; i += lanes) {
    uint64_t low[LANES(u64)], high[LANES(u64)];
    for (size_t k = 0; k < lanes; k++) {
      low[k] = g->position_low + first + (i + k) * stride;
      high[k] = g->position_high + (low[k] < g->position_low);
    }
    const uint64_t word = 0xffffffffu;
    V(u64) l = LOAD(u64, low), h = LOAD(u64, high);
    V(u64) c0 = l & word, c1 = l >> 32, c2 = h & word, c3 = h >> 32;
    uint32_t k0 = (uint32_t)g->key, k1 = (uint32_t)(g->key >> 32);
    for (int round = 0; round < 10; round++) {
      V(u64) p0 = c0 * 0xD2511F53u, p1 = c2 * 0xCD9E8D57u;
      c0 = (p1 >> 32) ^ c1 ^ k0;
      c1 = p1 & word;
      c2 = (p0 >> 32) ^ c3 ^ k1;
      c3 = p0 & word;
      k0 += 0x9E3779B9u;
      k1 += 0xBB67AE85u;
    }
    STORE(u64, low, c0 | c1 << 32);
    STORE(u64, high, c2 | c3 << 32);
    uint64_t words[2 * LANES(u64)];
    for (size_t k = 0; k < lanes; k++) {
      words[2 * k] = low[k];
      words[2 * k + 1] = high[k];
    }
    memcpy(out + 4 * i, words, i + lanes <= count ? sizeof words : (count - i) * 16);
  }
}
