using Orleans.Groups.Conformance;

namespace Orleans.Groups.DefaultDirectory.Tests;

// Every conformance class. CapabilitiesConformance fails when one is left out.

public sealed class DefaultDirectorySiloCapabilities : CapabilitiesConformance<DefaultDirectorySiloEngine>
{
    protected override IReadOnlyCollection<string> SkippedFacts => [];
}

public sealed class DefaultDirectorySiloConfirms : ConfirmsConformance<DefaultDirectorySiloEngine>;

public sealed class DefaultDirectorySiloDelivery : DeliveryConformance<DefaultDirectorySiloEngine>;

public sealed class DefaultDirectorySiloFailures : FailuresConformance<DefaultDirectorySiloEngine>;

public sealed class DefaultDirectorySiloHandlers : HandlersConformance<DefaultDirectorySiloEngine>;

public sealed class DefaultDirectorySiloJoining : JoiningConformance<DefaultDirectorySiloEngine>;

public sealed class DefaultDirectorySiloJoiningFailures : JoiningFailuresConformance<DefaultDirectorySiloEngine>;

public sealed class DefaultDirectorySiloLeaving : LeavingConformance<DefaultDirectorySiloEngine>;

public sealed class DefaultDirectorySiloLifecycle : LifecycleConformance<DefaultDirectorySiloEngine>;

public sealed class DefaultDirectorySiloMembership : MembershipConformance<DefaultDirectorySiloEngine>;

public sealed class DefaultDirectorySiloMonitorLife : MonitorLifeConformance<DefaultDirectorySiloEngine>;

public sealed class DefaultDirectorySiloMonitors : MonitorsConformance<DefaultDirectorySiloEngine>;

public sealed class DefaultDirectorySiloNetsplit : NetsplitConformance<DefaultDirectorySiloEngine>;

public sealed class DefaultDirectorySiloPartitions : PartitionsConformance<DefaultDirectorySiloEngine>;

public sealed class DefaultDirectorySiloPublishing : PublishingConformance<DefaultDirectorySiloEngine>;

public sealed class DefaultDirectorySiloRecordFaults : RecordFaultsConformance<DefaultDirectorySiloEngine>;

public sealed class DefaultDirectorySiloReplication : ReplicationConformance<DefaultDirectorySiloEngine>;

public sealed class DefaultDirectorySiloScopes : ScopesConformance<DefaultDirectorySiloEngine>;

public sealed class DefaultDirectorySiloSending : SendingConformance<DefaultDirectorySiloEngine>;

public sealed class DefaultDirectorySiloSlowMembers : SlowMembersConformance<DefaultDirectorySiloEngine>;

public sealed class DefaultDirectorySiloChurn : ChurnConformance<DefaultDirectorySiloEngine>;
