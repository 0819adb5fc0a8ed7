namespace Orleans.Groups.Conformance.Tests;

// Every conformance class, for both grain directories. CapabilitiesConformance fails when one is left out.

public sealed class SiloCapabilities : CapabilitiesConformance<SiloEngine>
{
    protected override IReadOnlyCollection<string> SkippedFacts => [];
}

public sealed class DefaultDirectorySiloCapabilities : CapabilitiesConformance<DefaultDirectorySiloEngine>
{
    protected override IReadOnlyCollection<string> SkippedFacts => [];
}

public sealed class SiloConfirms : ConfirmsConformance<SiloEngine>;

public sealed class DefaultDirectorySiloConfirms : ConfirmsConformance<DefaultDirectorySiloEngine>;

public sealed class SiloDelivery : DeliveryConformance<SiloEngine>;

public sealed class DefaultDirectorySiloDelivery : DeliveryConformance<DefaultDirectorySiloEngine>;

public sealed class SiloFailures : FailuresConformance<SiloEngine>;

public sealed class DefaultDirectorySiloFailures : FailuresConformance<DefaultDirectorySiloEngine>;

public sealed class SiloHandlers : HandlersConformance<SiloEngine>;

public sealed class DefaultDirectorySiloHandlers : HandlersConformance<DefaultDirectorySiloEngine>;

public sealed class SiloJoining : JoiningConformance<SiloEngine>;

public sealed class DefaultDirectorySiloJoining : JoiningConformance<DefaultDirectorySiloEngine>;

public sealed class SiloJoiningFailures : JoiningFailuresConformance<SiloEngine>;

public sealed class DefaultDirectorySiloJoiningFailures : JoiningFailuresConformance<DefaultDirectorySiloEngine>;

public sealed class SiloLeaving : LeavingConformance<SiloEngine>;

public sealed class DefaultDirectorySiloLeaving : LeavingConformance<DefaultDirectorySiloEngine>;

public sealed class SiloLifecycle : LifecycleConformance<SiloEngine>;

public sealed class DefaultDirectorySiloLifecycle : LifecycleConformance<DefaultDirectorySiloEngine>;

public sealed class SiloMembership : MembershipConformance<SiloEngine>;

public sealed class DefaultDirectorySiloMembership : MembershipConformance<DefaultDirectorySiloEngine>;

public sealed class SiloMonitorLife : MonitorLifeConformance<SiloEngine>;

public sealed class DefaultDirectorySiloMonitorLife : MonitorLifeConformance<DefaultDirectorySiloEngine>;

public sealed class SiloMonitors : MonitorsConformance<SiloEngine>;

public sealed class DefaultDirectorySiloMonitors : MonitorsConformance<DefaultDirectorySiloEngine>;

public sealed class SiloNetsplit : NetsplitConformance<SiloEngine>;

public sealed class DefaultDirectorySiloNetsplit : NetsplitConformance<DefaultDirectorySiloEngine>;

public sealed class SiloPartitions : PartitionsConformance<SiloEngine>;

public sealed class DefaultDirectorySiloPartitions : PartitionsConformance<DefaultDirectorySiloEngine>;

public sealed class SiloPublishing : PublishingConformance<SiloEngine>;

public sealed class DefaultDirectorySiloPublishing : PublishingConformance<DefaultDirectorySiloEngine>;

public sealed class SiloRecordFaults : RecordFaultsConformance<SiloEngine>;

public sealed class DefaultDirectorySiloRecordFaults : RecordFaultsConformance<DefaultDirectorySiloEngine>;

public sealed class SiloReplication : ReplicationConformance<SiloEngine>;

public sealed class DefaultDirectorySiloReplication : ReplicationConformance<DefaultDirectorySiloEngine>;

public sealed class SiloScopes : ScopesConformance<SiloEngine>;

public sealed class DefaultDirectorySiloScopes : ScopesConformance<DefaultDirectorySiloEngine>;

public sealed class SiloSending : SendingConformance<SiloEngine>;

public sealed class DefaultDirectorySiloSending : SendingConformance<DefaultDirectorySiloEngine>;

public sealed class SiloSlowMembers : SlowMembersConformance<SiloEngine>;

public sealed class DefaultDirectorySiloSlowMembers : SlowMembersConformance<DefaultDirectorySiloEngine>;

public sealed class SiloChurn : ChurnConformance<SiloEngine>;

public sealed class DefaultDirectorySiloChurn : ChurnConformance<DefaultDirectorySiloEngine>;
