/// 64 bits that look nothing like those of a neighbouring seed: one step of SplitMix64 (Steele, Lea
/// and Flood, Fast Splittable Pseudorandom Number Generators, 2014).
func mixed(_ seed: Int) -> UInt64 {
  var bits = UInt64(bitPattern: Int64(seed)) &+ 0x9e37_79b9_7f4a_7c15
  bits = (bits ^ bits >> 30) &* 0xbf58_476d_1ce4_e5b9
  bits = (bits ^ bits >> 27) &* 0x94d0_49bb_1331_11eb
  return bits ^ bits >> 31
}

/// The seed of a graph, of 31 bits, for the seed that the user gave.
func graphSeed(_ seed: Int) -> Int { Int(mixed(seed) >> 33) }
