import { randomUUID } from 'node:crypto'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3'
import { engineIsAbsent, freePort, runTool, startEngine, stopEngine, untilReady } from './engine.ts'

export const cephIsAbsent = engineIsAbsent('ceph-mon', 'ceph-osd', 'radosgw', 'ceph')

const ACCESS = { accessKeyId: 'TESTACCESSKEY', secretAccessKey: 'test-secret-key' }

/** A Ceph of one monitor, one store in memory and one gateway, which speaks S3. */
export async function startCeph(home: string) {
  const [monitor, port] = [await freePort(), await freePort()]
  const fsid = randomUUID()
  const config = join(home, 'ceph.conf')
  await Promise.all(['mon', 'osd'].map((name) => mkdir(join(home, name))))
  await writeFile(config, configOf(home, fsid, monitor, port))
  const tool = (command: string, ...args: readonly string[]) =>
    runTool([command, '-c', config, ...args])
  const daemon = (command: string, ...args: readonly string[]) =>
    startEngine({
      argv: [command, '-c', config, ...args, '-f'],
      cwd: home,
      log: join(home, `${command}.log`),
    })
  const map = join(home, 'monmap')
  runTool([
    'monmaptool',
    '--create',
    '--addv',
    'a',
    `[v1:127.0.0.1:${monitor}]`,
    '--fsid',
    fsid,
    map,
  ])
  tool('ceph-mon', '--mkfs', '-i', 'a', '--monmap', map)
  const mon = daemon('ceph-mon', '-i', 'a')
  await untilReady('ceph-mon', [mon], () => {
    tool('ceph', '--connect-timeout', '2', 'mon', 'stat')
    return true
  })
  tool('ceph', 'osd', 'create')
  tool('ceph-osd', '-i', '0', '--mkfs', '--osd-uuid', randomUUID())
  // It gives up when it asks the monitor before it knows the cluster's id: then it is started again.
  let osd = daemon('ceph-osd', '-i', '0')
  await untilReady('ceph-osd', [mon], () => {
    if (osd.exitCode !== null) osd = daemon('ceph-osd', '-i', '0')
    return tool('ceph', 'osd', 'stat').includes('1 up')
  })
  const { accessKeyId, secretAccessKey } = ACCESS
  tool(
    'radosgw-admin',
    'user',
    'create',
    '--uid',
    'test',
    '--display-name',
    'test',
    '--access-key',
    accessKeyId,
    '--secret-key',
    secretAccessKey,
  )
  const gateway = daemon('radosgw', '-n', 'client.rgw')
  const endpoint = `http://127.0.0.1:${port}`
  await untilReady('radosgw', [mon, osd, gateway], async () => (await fetch(endpoint)).ok)
  const client = new S3Client({
    endpoint,
    region: 'us-east-1',
    forcePathStyle: true,
    credentials: ACCESS,
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
  })
  return {
    port,
    endpoint,
    client,
    env: { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey },
    async makeBucket(name: string): Promise<string> {
      await client.send(new CreateBucketCommand({ Bucket: name }))
      return name
    },
    /** Bounds what its user may store; `undefined` lifts that. */
    limitObjects(most: number | undefined): void {
      const quota = (verb: string, ...rest: readonly string[]) =>
        tool('radosgw-admin', 'quota', verb, '--quota-scope=user', '--uid=test', ...rest)
      if (most === undefined) return void quota('disable')
      quota('set', `--max-objects=${most}`)
      quota('enable')
      return undefined
    },
    async [Symbol.asyncDispose]() {
      client.destroy()
      for (const child of [gateway, osd, mon]) await stopEngine(child)
    },
  }
}

const configOf = (home: string, fsid: string, monitor: number, port: number): string => `[global]
fsid = ${fsid}
mon_host = [v1:127.0.0.1:${monitor}/0]
public_addr = 127.0.0.1
cluster_addr = 127.0.0.1
auth_cluster_required = none
auth_service_required = none
auth_client_required = none
osd_pool_default_size = 1
osd_pool_default_min_size = 1
osd_pool_default_pg_num = 1
osd_pool_default_pgp_num = 1
osd_crush_chooseleaf_type = 0
mon_allow_pool_size_one = true
mon_max_pg_per_osd = 1000
run_dir = ${home}
admin_socket =
log_to_file = false
log_to_stderr = true
[mon]
mon_initial_members = a
mon_cluster_log_to_file = false
[mon.a]
mon_data = ${home}/mon
[osd.0]
osd_data = ${home}/osd
osd_objectstore = memstore
memstore_device_bytes = 1073741824
osd_class_load_list = *
osd_class_default_list = *
[client.rgw]
rgw_frontends = beast endpoint=127.0.0.1:${port}
rgw_data = ${home}
rgw_gc_max_objs = 1
rgw_reshard_num_logs = 1
rgw_lc_max_objs = 1
rgw_run_sync_thread = false
`
