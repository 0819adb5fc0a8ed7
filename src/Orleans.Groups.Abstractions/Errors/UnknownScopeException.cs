namespace Orleans.Groups;

/// <summary>The scope is not one of <see cref="ProcessGroupsOptions.Scopes"/>.</summary>
public sealed class UnknownScopeException : GroupException
{
    /// <summary>Describes the scope.</summary>
    public UnknownScopeException(ScopeName scope, IEnumerable<string> known)
        : base(
            GroupErrorCode.UnknownScope,
            isTransient: false,
            $"There is no scope '{scope}': the options list {string.Join(", ", known)}. Use one of these, or add it to "
                + $"{nameof(ProcessGroupsOptions)}.{nameof(ProcessGroupsOptions.Scopes)} on every node.") =>
        Scope = scope;

    /// <summary>The scope that was asked for.</summary>
    public ScopeName Scope { get; }
}
