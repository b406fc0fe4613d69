// swift-tools-version: 6.2
import PackageDescription

let swiftSettings: [SwiftSetting] = [
  .swiftLanguageMode(.v6),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .enableUpcomingFeature("ExistentialAny"),
]

// Vector loops at -O0 are some twenty times slower: debug builds optimise them too.
let cSettings: [CSetting] = [.unsafeFlags(["-O2"], .when(configuration: .debug))]

// SwiftPM rebuilds a target when one of its direct dependencies changes, so what uses the
// umbrella lists every module that the umbrella re-exports.
let umbrella: [Target.Dependency] = [
  "StaticGraph", "GraphArrays", "GraphEngine", "GraphTraining", "TensorFlowFormats",
]
let protobuf = Target.Dependency.product(name: "SwiftProtobuf", package: "swift-protobuf")

func library(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
  .target(name: name, dependencies: dependencies, swiftSettings: swiftSettings)
}

// Tests of errors expect the line of each closure of a table: optimisation would merge closures that
// differ in constants only, and then none of them has a line.
let testSettings =
  swiftSettings + [
    .unsafeFlags(["-Xllvm", "-swiftmergefunc-threshold=0"], .when(configuration: .release))
  ]

func tests(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
  .testTarget(name: name, dependencies: dependencies, swiftSettings: testSettings)
}

// Programs whose output is tested, built before the tests that run them.
let examples: [Target.Dependency] = [
  "CustomCell", "HamletLSTM", "LinearRegression", "MLP", "Quickstart", "ReloadGraph", "WhileLoops",
]

let argumentParser = Target.Dependency.product(
  name: "ArgumentParser", package: "swift-argument-parser")

// A program: public interface only, as a user's program has it.
func program(
  _ name: String, _ dependencies: [Target.Dependency] = [], path: String? = nil,
  exclude: [String] = []
) -> Target {
  .executableTarget(
    name: name, dependencies: umbrella + [argumentParser] + dependencies, path: path,
    exclude: exclude, packageAccess: false, swiftSettings: swiftSettings)
}

func example(_ name: String, exclude: [String] = []) -> Target {
  program(name, ["ExampleFiles"], path: "Examples/\(name)", exclude: exclude)
}

let package = Package(
  name: "StaticGraph",
  products: [
    .library(
      name: "StaticGraph",
      targets: ["StaticGraph", "GraphArrays", "GraphEngine", "GraphTraining", "TensorFlowFormats"]),
    .executable(name: "staticgraph", targets: ["staticgraph"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/apple/swift-protobuf", from: "1.39.0"),
  ],
  targets: [
    .systemLibrary(name: "COpenBLAS", providers: [.apt(["libopenblas-dev"])]),
    .systemLibrary(name: "CZlib", providers: [.apt(["zlib1g-dev"])]),
    .target(name: "CFrames", cSettings: cSettings),
    .target(name: "CKernels", exclude: ["kernels.inc"], cSettings: cSettings),
    library("GraphArrays", ["CZlib"]),
    library("GraphKernels", ["COpenBLAS", "CKernels"]),
    library("GraphEngine", ["GraphArrays", "GraphKernels", "CFrames"]),
    library("GraphTraining", ["GraphArrays", "GraphEngine"]),
    // Generated code and what generates it.
    .target(
      name: "TensorFlowProtos", dependencies: [protobuf], exclude: ["protos", "regenerate"],
      swiftSettings: swiftSettings),
    library("TensorFlowFormats", ["GraphArrays", "GraphEngine", "TensorFlowProtos", protobuf]),
    library("StaticGraph", ["GraphArrays", "GraphEngine", "GraphTraining", "TensorFlowFormats"]),
    program("staticgraph"),
    // What the examples have in common.
    .target(
      name: "ExampleFiles", dependencies: umbrella + [argumentParser],
      path: "Examples/ExampleFiles", packageAccess: false, swiftSettings: swiftSettings),
    example(
      "Benchmarks",
      exclude: [
        "run", "peer_jax.py", "peer_protocol.py", "peer_pytorch.py", "peer_schedule.c",
        "peer_tensorflow.py",
      ]),
    example("CustomCell"),
    example("HamletLSTM", exclude: ["run", "judge.py"]),
    // What the kernels do without the engine: not a user's program, hence with package access.
    .executableTarget(
      name: "KernelRates", dependencies: ["GraphKernels", "CKernels"],
      path: "Examples/KernelRates", exclude: ["run"], swiftSettings: swiftSettings),
    example("LinearRegression"),
    example("MLP"),
    example("Quickstart"),
    example("ReloadGraph"),
    example("WhileLoops"),
    // How tests run programs.
    .target(name: "TestPrograms", path: "Tests/TestPrograms", swiftSettings: swiftSettings),
    // A program whose allocations are counted, for tests of the runtime. No test target depends on it:
    // its allocation functions would be linked into the tests of all.
    .target(name: "AllocationCounter", path: "Tests/AllocationCounter"),
    program("AllocationProbe", ["AllocationCounter"], path: "Tests/AllocationProbe"),
    tests("CommandLineTests", umbrella + ["staticgraph", "TestPrograms"]),
    tests("ExampleTests", umbrella + examples + ["TestPrograms"]),
    tests("GraphArraysTests", ["GraphArrays"]),
    tests("GraphKernelsTests", ["GraphKernels", "CKernels"]),
    tests("GraphEngineTests", umbrella + ["TestPrograms"]),
    tests("GraphTrainingTests", umbrella),
    tests("TensorFlowFormatsTests", umbrella + ["TensorFlowProtos", protobuf]),
  ]
)
