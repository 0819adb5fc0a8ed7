using Microsoft.Extensions.Options;
using Orleans.Groups;

namespace Orleans.Hosting;

/// <summary>Fails the start of a client whose settings are wrong, and lists everything that is.</summary>
internal sealed class GroupsClientOptionsValidator(IOptions<GroupsClientOptions> options) : IConfigurationValidator
{
    /// <inheritdoc/>
    public void ValidateConfiguration()
    {
        var errors = options.Value.GetErrors();
        if (errors.Count > 0)
        {
            throw new OrleansConfigurationException("Orleans.Groups: " + string.Join(' ', errors));
        }
    }
}
