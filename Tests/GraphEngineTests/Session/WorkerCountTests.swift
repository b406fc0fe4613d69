import GraphEngine
import Testing

@Suite("Worker count")
struct WorkerCountTests {
  private static func quota(_ membership: String, _ files: [String: String]) -> Double? {
    WorkerCount.quota(membership: membership) { files[$0] }
  }

  @Test("The quota of a control group of version 2, and of those above it")
  func version2() {
    let group = "0::/user.slice/app.scope\n"
    #expect(
      Self.quota(group, ["/sys/fs/cgroup/user.slice/app.scope/cpu.max": "150000 100000\n"]) == 1.5)
    #expect(
      Self.quota(
        group,
        [
          "/sys/fs/cgroup/user.slice/app.scope/cpu.max": "max 100000\n",
          "/sys/fs/cgroup/user.slice/cpu.max": "400000 100000\n",
        ]) == 4)
    #expect(
      Self.quota(group, ["/sys/fs/cgroup/user.slice/app.scope/cpu.max": "max 100000\n"]) == nil)
  }

  @Test("In a container the group's path is the root")
  func container() {
    #expect(Self.quota("0::/\n", ["/sys/fs/cgroup/cpu.max": "200000 100000\n"]) == 2)
  }

  @Test("The quota of a control group of version 1")
  func version1() {
    let group = "5:memory:/docker/abc\n4:cpu,cpuacct:/docker/abc\n"
    #expect(
      Self.quota(
        group,
        [
          "/sys/fs/cgroup/cpu/cpu.cfs_quota_us": "300000\n",
          "/sys/fs/cgroup/cpu/cpu.cfs_period_us": "100000\n",
        ]) == 3)
    #expect(
      Self.quota(
        group,
        [
          "/sys/fs/cgroup/cpu/cpu.cfs_quota_us": "-1\n",
          "/sys/fs/cgroup/cpu/cpu.cfs_period_us": "100000\n",
        ]) == nil)
  }

  @Test("The affinity is the number of bits of the mask")
  func affinity() {
    #expect(WorkerCount.affinity(status: "Name:\tx\nCpus_allowed:\tff,00000003\n") == 10)
    #expect(WorkerCount.affinity(status: "Name:\tx\n") == nil)
    #expect(WorkerCount.available >= 1)
  }
}
