import GraphArrays
import GraphEngine

extension OpCases {
  static let basic: [OpCase] = [
    OpCase("Identity", [samples([2, 3])], empty: [samples([0, 3])], gradient: .second) {
      [identity($1[0])]
    },
    OpCase(
      "StopGradient", [samples([2, 3])], gradient: .none,
      expected: .reference { $0 }
    ) { [stopGradient($1[0])] },
  ]
}
