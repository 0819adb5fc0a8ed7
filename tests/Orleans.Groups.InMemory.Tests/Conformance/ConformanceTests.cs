using Orleans.Groups.Conformance;

namespace Orleans.Groups.InMemory.Tests.Conformance;

// Every conformance class, for both forms of the engine. CapabilitiesConformance fails when one is left out.

public sealed class InMemoryCapabilities : CapabilitiesConformance<InMemoryEngine>
{
    protected override IReadOnlyCollection<string> SkippedFacts => [];
}

public sealed class EncodingInMemoryCapabilities : CapabilitiesConformance<EncodingInMemoryEngine>
{
    protected override IReadOnlyCollection<string> SkippedFacts => [];
}

public sealed class InMemoryConfirms : ConfirmsConformance<InMemoryEngine>;

public sealed class EncodingInMemoryConfirms : ConfirmsConformance<EncodingInMemoryEngine>;

public sealed class InMemoryDelivery : DeliveryConformance<InMemoryEngine>;

public sealed class EncodingInMemoryDelivery : DeliveryConformance<EncodingInMemoryEngine>;

public sealed class InMemoryFailures : FailuresConformance<InMemoryEngine>;

public sealed class EncodingInMemoryFailures : FailuresConformance<EncodingInMemoryEngine>;

public sealed class InMemoryHandlers : HandlersConformance<InMemoryEngine>;

public sealed class EncodingInMemoryHandlers : HandlersConformance<EncodingInMemoryEngine>;

public sealed class InMemoryJoining : JoiningConformance<InMemoryEngine>;

public sealed class EncodingInMemoryJoining : JoiningConformance<EncodingInMemoryEngine>;

public sealed class InMemoryJoiningFailures : JoiningFailuresConformance<InMemoryEngine>;

public sealed class EncodingInMemoryJoiningFailures : JoiningFailuresConformance<EncodingInMemoryEngine>;

public sealed class InMemoryLeaving : LeavingConformance<InMemoryEngine>;

public sealed class EncodingInMemoryLeaving : LeavingConformance<EncodingInMemoryEngine>;

public sealed class InMemoryLifecycle : LifecycleConformance<InMemoryEngine>;

public sealed class EncodingInMemoryLifecycle : LifecycleConformance<EncodingInMemoryEngine>;

public sealed class InMemoryMembership : MembershipConformance<InMemoryEngine>;

public sealed class EncodingInMemoryMembership : MembershipConformance<EncodingInMemoryEngine>;

public sealed class InMemoryMonitorLife : MonitorLifeConformance<InMemoryEngine>;

public sealed class EncodingInMemoryMonitorLife : MonitorLifeConformance<EncodingInMemoryEngine>;

public sealed class InMemoryMonitors : MonitorsConformance<InMemoryEngine>;

public sealed class EncodingInMemoryMonitors : MonitorsConformance<EncodingInMemoryEngine>;

public sealed class InMemoryNetsplit : NetsplitConformance<InMemoryEngine>;

public sealed class EncodingInMemoryNetsplit : NetsplitConformance<EncodingInMemoryEngine>;

public sealed class InMemoryPartitions : PartitionsConformance<InMemoryEngine>;

public sealed class EncodingInMemoryPartitions : PartitionsConformance<EncodingInMemoryEngine>;

public sealed class InMemoryPublishing : PublishingConformance<InMemoryEngine>;

public sealed class EncodingInMemoryPublishing : PublishingConformance<EncodingInMemoryEngine>;

public sealed class InMemoryRecordFaults : RecordFaultsConformance<InMemoryEngine>;

public sealed class EncodingInMemoryRecordFaults : RecordFaultsConformance<EncodingInMemoryEngine>;

public sealed class InMemoryReplication : ReplicationConformance<InMemoryEngine>;

public sealed class EncodingInMemoryReplication : ReplicationConformance<EncodingInMemoryEngine>;

public sealed class InMemoryScopes : ScopesConformance<InMemoryEngine>;

public sealed class EncodingInMemoryScopes : ScopesConformance<EncodingInMemoryEngine>;

public sealed class InMemorySending : SendingConformance<InMemoryEngine>;

public sealed class EncodingInMemorySending : SendingConformance<EncodingInMemoryEngine>;

public sealed class InMemorySlowMembers : SlowMembersConformance<InMemoryEngine>;

public sealed class EncodingInMemorySlowMembers : SlowMembersConformance<EncodingInMemoryEngine>;

public sealed class InMemoryChurn : ChurnConformance<InMemoryEngine>;

public sealed class EncodingInMemoryChurn : ChurnConformance<EncodingInMemoryEngine>;
