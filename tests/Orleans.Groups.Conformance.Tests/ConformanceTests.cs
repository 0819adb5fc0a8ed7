namespace Orleans.Groups.Conformance.Tests;

// Every conformance class. CapabilitiesConformance fails when one is left out.

public sealed class SiloCapabilities : CapabilitiesConformance<SiloEngine>
{
    protected override IReadOnlyCollection<string> SkippedFacts => [];
}

public sealed class SiloConfirms : ConfirmsConformance<SiloEngine>;

public sealed class SiloDelivery : DeliveryConformance<SiloEngine>;

public sealed class SiloFailures : FailuresConformance<SiloEngine>;

public sealed class SiloHandlers : HandlersConformance<SiloEngine>;

public sealed class SiloJoining : JoiningConformance<SiloEngine>;

public sealed class SiloJoiningFailures : JoiningFailuresConformance<SiloEngine>;

public sealed class SiloLeaving : LeavingConformance<SiloEngine>;

public sealed class SiloLifecycle : LifecycleConformance<SiloEngine>;

public sealed class SiloMembership : MembershipConformance<SiloEngine>;

public sealed class SiloMonitorLife : MonitorLifeConformance<SiloEngine>;

public sealed class SiloMonitors : MonitorsConformance<SiloEngine>;

public sealed class SiloNetsplit : NetsplitConformance<SiloEngine>;

public sealed class SiloPartitions : PartitionsConformance<SiloEngine>;

public sealed class SiloPublishing : PublishingConformance<SiloEngine>;

public sealed class SiloRecordFaults : RecordFaultsConformance<SiloEngine>;

public sealed class SiloReplication : ReplicationConformance<SiloEngine>;

public sealed class SiloScopes : ScopesConformance<SiloEngine>;

public sealed class SiloSending : SendingConformance<SiloEngine>;

public sealed class SiloSlowMembers : SlowMembersConformance<SiloEngine>;

public sealed class SiloChurn : ChurnConformance<SiloEngine>;
